using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.SignIn.Badges;
using Aupd.SignIn.Cabinet.LoginHealth;
using Aupd.SignIn.Family;

namespace Aupd.SignIn.Cabinet.Security;

/// <summary>Lines of the audit trail in words for the person they are about.</summary>
internal sealed class HistoryWords(Places places)
{
    /// <summary>The acts that make the sign-in history.</summary>
    internal static IReadOnlyList<string> Acts { get; } =
    [
        "signin.signed-in", "signin.screen-entered", "signin.screen-refused", "signin.activated", "signin.activation-failed", "signin.signed-out", "signin.signed-out-everywhere", "signin.sessions-ended",
        "signin.portal-event", "signin.device-bound", "signin.device-unbound", "signin.device-renamed",
        "signin.child-account-made", "signin.child-password-reset", "signin.trusted-named", "signin.trusted-revoked", .. BadgeWords.Acts,
        RepairLogin.Asked, RepairLogin.HandedOver, RepairLogin.Refused, "signin.data-copied", "openid.code-issued", "openid.consent-given", "openid.consent-revoked",
    ];

    /// <param name="serviceName">The name of a client for people.</param>
    /// <param name="isMine">The person did it; else it concerns the person.</param>
    internal string Of(KeptAuditLine line, Language l, Func<string, string> serviceName, bool isMine) => line.Act switch
    {
        "signin.child-account-made" or "signin.child-password-reset" or "signin.trusted-named" or "signin.trusted-revoked" => FamilyWords.Of(line, l, isMine),
        "signin.signed-in" => l["Вход", "Signed in"] + Where(line, l),
        "signin.screen-entered" => l["Вход на экране по коду с телефона", "Signed in on a screen by a code from the phone"] + Where(line, l),
        "signin.screen-refused" => Refused(Text(line, "why"), l),
        "signin.activated" => l["Аккаунт активирован, логин выдан", "Account activated, login issued"],
        "signin.activation-failed" => l["Активация не получилась", "The activation did not work"],
        RepairLogin.Asked => l["Данные для школьных сервисов переданы ещё раз", "The data for the school's services were passed on again"],
        RepairLogin.HandedOver => l["Пароль передан школьным компьютерам ещё раз", "The password was passed on to the school computers again"],
        RepairLogin.Refused => l["Пароль для школьных компьютеров не подошёл", "The password for the school computers was wrong"],
        "signin.signed-out" => l["Выход", "Signed out"],
        "signin.signed-out-everywhere" => l["Выход на всех устройствах", "Signed out everywhere"],
        "signin.sessions-ended" => Ended(Text(line, "why"), l, isMine),
        "signin.portal-event" => Portal(Text(line, "type"), Text(line, "credential"), l),
        "signin.device-bound" => l["Устройство привязано", "A device was bound"],
        "signin.device-renamed" => l["Устройство переименовано", "A device was renamed"],
        "signin.device-unbound" => Unbound(Text(line, "why"), l),
        "signin.data-copied" => l["Получена копия всех данных", "A copy of all data was taken"],
        "openid.code-issued" => l[$"Открыт сервис «{serviceName(line.Subject ?? "")}»", $"Opened “{serviceName(line.Subject ?? "")}”"],
        "openid.consent-given" => l[$"Разрешён доступ: «{serviceName(line.Subject ?? "")}»", $"Access allowed: “{serviceName(line.Subject ?? "")}”"],
        "openid.consent-revoked" => l[$"Закрыт доступ: «{serviceName(line.Subject ?? "")}»", $"Access closed: “{serviceName(line.Subject ?? "")}”"],
        _ when BadgeWords.Of(line.Act, Text(line, "why"), Text(line, "way"), l) is { } words => words + Where(line, l),
        _ => line.Act,
    };

    /// <summary>The same news a second time: the trail of a screen repeats what stands in that of the phone.</summary>
    internal static bool IsCopy(KeptAuditLine line) => line.Act == "signin.screen-refused" && Text(line, "phone") is not null;

    private static string Refused(string? why, Language l) => why == "wrong-number"
        ? l["Вход на экране отклонён: выбрано не то число", "Sign-in on a screen refused: the wrong number was picked"]
        : l["Вход на экране отклонён: вы ответили, что это не вы", "Sign-in on a screen refused: you said that it was not you"];

    private string Where(KeptAuditLine line, Language l)
    {
        string?[] known = [Text(line, "device"), Text(line, "place") is { Length: > 0 } place ? places.Shown(place, l) : null];
        var told = string.Join(", ", known.Where(t => !string.IsNullOrEmpty(t)));
        return told.Length == 0 ? "" : ": " + told;
    }

    private static string Ended(string? why, Language l, bool isMine) => why switch
    {
        "guardian" or "guardian-reset" when isMine => l["Вход ребёнка закончен", "Signed a child out"],
        "guardian" => l["Родитель закончил вход", "A parent signed you out"],
        "guardian-reset" => l["Вход закончен: родитель выдал новый первый пароль", "Signed out: a parent gave a new first password"],
        "ended-by-owner" => l["Вы вышли на другом устройстве", "You signed out on another device"],
        "password-changed" => l["Пароль изменён: на других устройствах нужно войти заново", "Password changed: other devices have to sign in again"],
        "portal-account-disabled" => l["Учётная запись портала отключена", "The portal account was disabled"],
        "another-person" => l["На этом устройстве вошёл другой человек", "Somebody else signed in on this device"],
        "role-lost" => l["Роль изменилась, вход в ней закончен", "The role changed, the sign-in in it ended"],
        "badge" => l["Вход заново по бейджу", "Signed in anew with a badge"],
        "badge-voided" => l["Бейдж больше не действует, вход по нему закончен", "The badge is no longer good, the sign-in with it ended"],
        "device-copied" => l["Вход закончен: метку устройства скопировали", "Signed out: the mark of the device had been copied"],
        "portal-sign-out" => l["Выход через портал", "Signed out at the portal"],
        _ => l["Выход", "Signed out"],
    };

    private static string Unbound(string? why, Language l) => why switch
    {
        "copied" => l["Устройство отвязано: его метку скопировали", "A device was unbound: its mark had been copied"],
        "another-person" => l["Устройство отвязано: его привязал к себе другой человек", "A device was unbound: somebody else has bound it"],
        _ => l["Устройство отвязано", "A device was unbound"],
    };

    private static string Portal(string? type, string? credential, Language l) => type?.Split('/')[^1] switch
    {
        "credential-change" when credential is not (null or "password") => l["Второй шаг входа изменён на портале", "The second step of sign-in was changed at the portal"],
        "credential-change" => l["Пароль изменён на портале", "The password was changed at the portal"],
        "identifier-changed" => l["Данные изменены на портале", "The data were changed at the portal"],
        "account-disabled" => l["Учётная запись портала отключена", "The portal account was disabled"],
        "account-enabled" => l["Учётная запись портала снова открыта", "The portal account was opened again"],
        _ => l["Новость от портала", "News from the portal"],
    };

    private static string? Text(KeptAuditLine line, string name)
    {
        if (line.Details is null) return null;
        using var details = JsonDocument.Parse(line.Details);
        return details.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
