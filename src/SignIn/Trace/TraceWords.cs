namespace Aupd.SignIn.Doors;

/// <summary>The words of the trail as support reads them.</summary>
internal static class TraceWords
{
    private static readonly Dictionary<string, (string Russian, string English)> Acts = new()
    {
        ["signin.begun"] = ("Вход начат, браузер отправлен на портал", "Sign-in begun, the browser was sent to the portal"),
        ["signin.not-finished"] = ("Портал не подтвердил вход", "The portal did not confirm the sign-in"),
        ["signin.signed-in"] = ("Портал подтвердил личность", "The portal confirmed who it is"),
        ["signin.matched"] = ("Учётная запись сверена с реестрами", "The account was compared with the registries"),
        ["signin.activated"] = ("Аккаунт активирован, логин выдан", "The account was activated and the login issued"),
        ["signin.activation-failed"] = ("Активация не получилась", "The activation failed"),
        ["signin.role-chosen"] = ("Выбрана роль", "A role was chosen"),
        ["signin.screen-opened"] = ("Код с экрана открыт на телефоне", "The code of a screen was opened on a phone"),
        ["signin.screen-allowed"] = ("Вход на экране подтверждён с телефона", "The sign-in on a screen was confirmed on a phone"),
        ["signin.screen-refused"] = ("Вход на экране отклонён с телефона", "The sign-in on a screen was refused on a phone"),
        ["signin.screen-entered"] = ("Экран вошёл по коду с телефона", "The screen was signed in by a code from a phone"),
        ["signin.signed-out"] = ("Выход", "Signed out"),
        ["signin.signed-out-everywhere"] = ("Выход на всех устройствах", "Signed out everywhere"),
        ["signin.registry-data-read"] = ("Человек посмотрел свои данные в школе", "The person looked at the own school data"),
        ["signin.data-copied"] = ("Человек взял копию своих данных", "The person took a copy of the own data"),
        ["signin.child-account-made"] = ("Родитель завёл аккаунт ребёнку", "A parent had a child's account made"),
        ["signin.child-password-reset"] = ("Родитель выдал ребёнку новый первый пароль", "A parent gave a child a new first password"),
        ["signin.trusted-named"] = ("Родитель назвал доверенного человека", "A parent named a trusted person"),
        ["signin.trusted-revoked"] = ("Родитель отменил доверенного человека", "A parent revoked a trusted person"),
        ["workplace.wifi-refused"] = ("Школьный Wi-Fi не пустил", "The school Wi-Fi did not let in"),
        ["desk.request-written"] = ("Написано обращение в поддержку", "A request to support was written"),
    };

    private static readonly Dictionary<string, (string Russian, string English)> Reasons = new()
    {
        ["duplicate_account"] = ("запись уже у другой учётной записи того же человека", "another account of the same person has the record"),
        ["ambiguous"] = ("данные подходят двум людям, дата рождения их не различает", "the data fit two people and no birth date tells them apart"),
        ["snils_unconfirmed"] = ("СНИЛС на портале не подтверждён", "the SNILS at the portal is not confirmed"),
        ["not_started"] = ("работа ещё не началась", "the work has not started yet"),
        ["start_date_missing"] = ("в кадрах нет даты начала работы", "HR has no start date"),
        ["ended"] = ("работа закончилась", "the work has ended"),
        ["birth_date_contradicts"] = ("дата рождения расходится", "the birth dates contradict each other"),
        ["snils_invalid"] = ("СНИЛС на портале с ошибкой", "the SNILS at the portal is invalid"),
        ["snils_missing"] = ("на портале нет СНИЛС", "the portal has no SNILS"),
        ["snils_missing_in_registry"] = ("в кадрах нет СНИЛС", "HR has no SNILS"),
        ["name_differs"] = ("ФИО записано по-разному", "the names differ"),
        ["snils_differs"] = ("СНИЛС на портале и в кадрах разный", "the SNILS at the portal and in HR differ"),
        ["contacts_differ"] = ("ни телефон, ни почта, ни СНИЛС не совпали", "neither phone nor e-mail nor SNILS agrees"),
        ["no_record"] = ("подходящих записей нет", "no record comes near"),
    };

    private static readonly Dictionary<string, (string Russian, string English)> Values = new()
    {
        ["wrong-password"] = ("пароль не подошёл", "wrong password"),
        ["too-many-tries"] = ("слишком много попыток", "too many tries"),
        ["locked"] = ("портал на время закрыл вход", "the portal has paused sign-in"),
        ["disabled"] = ("учётная запись портала отключена", "the portal account is disabled"),
        ["busy"] = ("портал перегружен", "the portal is overloaded"),
        ["not-me"] = ("человек ответил, что это не он", "the person said that it is not him"),
        ["wrong-number"] = ("выбрано число не с этого экрана", "the number picked is not the screen's"),
        ["qr"] = ("обычный экран", "an ordinary screen"),
        ["panel"] = ("панель в классе", "a panel in a classroom"),
        ["unknown-login"] = ("такого логина нет", "nobody has the login"),
        ["first-password"] = ("пароль с листка ещё не сменён на свой", "the first password was not replaced yet"),
        ["no-role"] = ("ни в одной школе сейчас нет", "at no school now"),
        ["other-school"] = ("человек из другой школы", "a person of another school"),
        ["portal-down"] = ("портал не ответил", "the portal did not answer"),
    };

    private static readonly Dictionary<string, (string Russian, string English)> Roles = new()
    {
        ["staff"] = ("сотрудник", "staff"), ["guardian"] = ("родитель", "guardian"), ["pupil"] = ("ученик", "pupil"), ["none"] = ("ни одна роль", "no role"),
    };

    internal static string Act(string word, bool russian) =>
        Badges.BadgeWords.Of(word, null, null) is { } badge ? russian ? badge.Russian : badge.English : Find(Acts, word, russian);
    internal static string Reason(string word, bool russian) => Find(Reasons, word, russian);
    internal static string Value(string word, bool russian) => Find(Values, word, russian);
    internal static string Role(string word, bool russian) => Find(Roles, word, russian);

    // A word that is not listed is shown as it stands: better than nothing for whoever reads a trail.
    private static string Find(Dictionary<string, (string Russian, string English)> words, string word, bool russian) =>
        words.TryGetValue(word, out var found) ? russian ? found.Russian : found.English : word;
}
