using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;

namespace Aupd.Portal.Messages;

/// <summary>What the portal writes to people. An SMS in Russian has 70 characters to a part, so the code comes first and little follows.
/// No links but the portal's own address: whoever follows links in messages learns to follow anyone's.</summary>
internal sealed class MessageTexts(Language l, RegionSettings region, SiteAddresses addresses)
{
    private string Portal => l[region.PortalName, region.PortalNameEnglish];

    public OutgoingMessage RegistrationCode(ContactPoint to, string code, DateTimeOffset until) => WithCode(to, code, until,
        l["код для регистрации", "is your code to create an account"]);

    public OutgoingMessage RecoveryCode(ContactPoint to, string code, DateTimeOffset until) => WithCode(to, code, until,
        l["код для нового пароля", "is your code for a new password"]);

    public OutgoingMessage ChangeCode(ContactPoint to, string code, DateTimeOffset until) => WithCode(to, code, until,
        to is ContactPoint.ByPhone ? l["код, чтобы подтвердить телефон", "is your code to confirm this phone"] : l["код, чтобы подтвердить почту", "is your code to confirm this e-mail"]);

    public OutgoingMessage AlreadyRegistered(ContactPoint to) => new(to, l[$"{Portal}: у вас уже есть учётная запись", $"{Portal}: you already have an account"],
        l[$"{Portal}: у вас уже есть учётная запись. Войдите или восстановите пароль: {addresses.Portal}. Если это были не вы, ничего делать не нужно.",
          $"{Portal}: you already have an account. Sign in or set a new password: {addresses.Portal}. If it was not you, do nothing."]);

    public OutgoingMessage PasswordChanged(ContactPoint to) => new(to, l[$"{Portal}: пароль изменён", $"{Portal}: your password was changed"],
        l[$"{Portal}: пароль изменён, на всех устройствах нужно войти заново. Если это были не вы, восстановите доступ: {addresses.Portal}.{Support}",
          $"{Portal}: your password was changed, all devices are signed out. If it was not you, recover your account: {addresses.Portal}.{Support}"]);

    /// <summary>To the phone or e-mail that was the person's until now.</summary>
    public OutgoingMessage ContactReplaced(ContactPoint former) => new(former, l[$"{Portal}: контакт изменён", $"{Portal}: a contact was changed"],
        former is ContactPoint.ByPhone
            ? l[$"{Portal}: этот телефон больше не привязан к вашей учётной записи. Если это были не вы, позвоните нам.{Support}",
                $"{Portal}: this phone no longer belongs to your account. If it was not you, call us.{Support}"]
            : l[$"{Portal}: эта почта больше не привязана к вашей учётной записи. Если это были не вы, позвоните нам.{Support}",
                $"{Portal}: this e-mail no longer belongs to your account. If it was not you, call us.{Support}"]);

    public OutgoingMessage SnilsDecided(ContactPoint to, bool confirmed) => new(to,
        confirmed ? l[$"{Portal}: СНИЛС подтверждён", $"{Portal}: your SNILS is confirmed"] : l[$"{Portal}: СНИЛС не подтверждён", $"{Portal}: your SNILS was not confirmed"],
        confirmed
            ? l[$"{Portal}: ваш СНИЛС подтверждён. Теперь по нему можно входить.", $"{Portal}: your SNILS is confirmed. You can sign in with it now."]
            : l[$"{Portal}: СНИЛС не подтверждён — номер и имя не сошлись. Проверьте их в профиле: {addresses.Portal}.",
                $"{Portal}: your SNILS was not confirmed, the number and the name do not fit. Check them in your profile: {addresses.Portal}."]);

    private string Support => region.SupportPhone.Length > 0 ? l[$" Поддержка: {region.SupportPhone}", $" Support: {region.SupportPhone}"] : "";

    private OutgoingMessage WithCode(ContactPoint to, string code, DateTimeOffset until, string what) => new(to,
        l[$"{code} — {what}", $"{code} {what}"],
        l[$"{code} — {what}. Никому его не говорите. {Portal}", $"{code} {what}. Tell it to nobody. {Portal}"], until);
}
