using Aupd.Kernel.Pages;
using Aupd.SignIn.Profiles;

namespace Aupd.SignIn.NoAccount;

/// <summary>What a verdict means for the person and what helps. Says nothing that the registries have: no date, no value, no other person.</summary>
/// <param name="AtPortal">The repair is made in the portal's profile.</param>
internal sealed record Advice(string What, string Do, bool AtPortal)
{
    internal static Advice Of(KeptVerdict verdict, Language l) => verdict.Reason switch
    {
        "duplicate_account" => new(
            l["У вас, похоже, две учётные записи на портале.", "You seem to have two portal accounts."],
            l["Войдите под той, где указаны СНИЛС и контакты, которые вы давали школе. Если данные разошлись по двум записям, поддержка портала их соединит.", "Sign in with the one that has the SNILS and contacts you gave the school. If your data are split between the two, the portal's support can join them."], false),
        "ambiguous" => new(
            l["Ваши данные подходят сразу двум людям — например, родителю и ребёнку.", "Your data fit two people at once, such as a parent and a child."],
            l["Укажите на портале дату рождения. Если она указана — попросите школу проверить её в карточке.", "Give your birth date at the portal. If it is there, ask the school to check it in the card."], true),
        "snils_unconfirmed" => new(
            l["СНИЛС на портале указан, но не подтверждён.", "The portal has your SNILS, but it is not confirmed."],
            l["Подтвердите СНИЛС в профиле портала и проверьте вход ещё раз.", "Confirm the SNILS in your portal profile and check again."], true),
        "not_started" => new(
            l["По данным кадров ваша работа в школе ещё не началась.", "According to personnel records your work at the school has not started yet."],
            l["Доступ откроется в день начала работы, указанный в кадрах. Если вы уже работаете, попросите кадровую службу школы проверить дату.", "Access opens on the start date in the personnel records. If you already work there, ask the school's personnel office to check the date."], false),
        "start_date_missing" => new(
            l["В кадрах не указана дата начала вашей работы.", "The personnel records have no start date for you."],
            l["Попросите кадровую службу школы её внести.", "Ask the school's personnel office to enter it."], false),
        "ended" => new(
            l["По данным кадров ваша работа в школе закончилась.", "According to personnel records your work at the school has ended."],
            l["Если вы продолжаете работать, попросите кадровую службу школы проверить дату.", "If you still work there, ask the school's personnel office to check the date."], false),
        "birth_date_contradicts" => new(
            l["Дата рождения на портале и в школе разная.", "The birth date at the portal and at school differ."],
            l["Проверьте дату в профиле портала. Если там верно, попросите классного руководителя исправить карточку.", "Check the date in your portal profile. If it is right there, ask the class teacher to correct the card."], true),
        "snils_invalid" => new(
            l["В СНИЛС на портале ошибка: такого номера не бывает.", "There is a mistake in the SNILS at the portal: no such number exists."],
            l["Исправьте СНИЛС в профиле портала.", "Correct the SNILS in your portal profile."], true),
        "snils_missing" => new(
            l["На портале не указан СНИЛС, а сотрудников школы находят по нему.", "The portal does not have your SNILS, and school staff are found by it."],
            l["Добавьте и подтвердите СНИЛС в профиле портала.", "Add and confirm the SNILS in your portal profile."], true),
        "snils_missing_in_registry" => new(
            l["В кадрах школы нет вашего СНИЛС.", "The school's personnel records do not have your SNILS."],
            l["Попросите кадровую службу школы его внести.", "Ask the school's personnel office to enter it."], false),
        "name_differs" => new(
            verdict.Hint.StartsWith("surname", StringComparison.Ordinal)
                ? l["ФИО на портале и в школе записаны по-разному — похоже, в фамилии.", "Your name is written differently at the portal and at school, probably the surname."]
                : l["ФИО на портале и в школе записаны по-разному.", "Your name is written differently at the portal and at school."],
            l["Сверьте ФИО на портале с паспортом. Если там верно, попросите школу исправить у себя.", "Compare your name at the portal with your passport. If it is right there, ask the school to correct its record."], true),
        "snils_differs" => new(
            l["СНИЛС на портале и в кадрах школы разный.", "The SNILS at the portal and in the school's personnel records differ."],
            l["Проверьте номер на портале. Если у вас несколько СНИЛС, нужен тот, что в кадрах: спросите в кадровой службе школы.", "Check the number at the portal. If you have several, use the one in the personnel records: ask the school's personnel office."], true),
        "contacts_differ" => new(
            l["Школа знает вас по имени, но с другими телефоном, почтой и СНИЛС.", "The school knows your name, but with another phone, e-mail and SNILS."],
            l["Укажите на портале те контакты, что вы давали школе, или попросите классного руководителя обновить карточку.", "Give the portal the contacts you gave the school, or ask the class teacher to update the card."], true),
        _ => new(
            l["Ни в одной школе не нашлось записи с вашими данными.", "No school has a record with your data."],
            l["Родителям: укажите на портале телефон и почту, которые вы давали школе, или попросите классного руководителя проверить ФИО, телефон и почту в карточке ребёнка. Сотрудникам: попросите кадровую службу школы проверить ФИО и СНИЛС. После исправления доступ появится на следующий день.", "Parents: give the portal the phone and e-mail that you gave the school, or ask the class teacher to check your name, phone and e-mail in the child's card. Staff: ask the school's personnel office to check your name and SNILS. After a correction access appears the next day."], false),
    };

    internal static string AsWhom(KeptVerdict verdict, Language l) => verdict.Role switch
    {
        "staff" => l["Как сотрудник школы", "As school staff"],
        "guardian" => l["Как родитель", "As a parent"],
        "pupil" => l["Как ученик", "As a pupil"],
        _ => l["Что случилось", "What happened"],
    };
}
