using Aupd.Kernel.Pages;

namespace Aupd.Portal.Profile;

/// <summary>Acts of the portal in words for the person they are about; one without words is told by its name.</summary>
internal static class TrailWords
{
    internal static string Of(string act, Language l) => act switch
    {
        "portal.account-created" => l["Учётная запись создана", "Account created"],
        "portal.account-disabled" => l["Учётная запись отключена", "Account disabled"],
        "portal.account-enabled" => l["Учётная запись снова открыта", "Account opened again"],
        "portal.signed-in" => l["Вход", "Signed in"],
        "portal.signed-out" => l["Выход", "Signed out"],
        "portal.password-wrong" => l["Введён неверный пароль", "A wrong password was entered"],
        "portal.password-checked" => l["Школа проверила пароль по вашей просьбе", "The school checked the password at your request"],
        "portal.password-changed" => l["Пароль изменён", "Password changed"],
        "portal.app-added" => l["Включён код из приложения", "Codes of an app switched on"],
        "portal.app-removed" => l["Выключен код из приложения", "Codes of an app switched off"],
        "portal.passkey-added" => l["Добавлен ключ доступа", "Passkey added"],
        "portal.passkey-removed" => l["Удалён ключ доступа", "Passkey removed"],
        "portal.passkey-renamed" => l["Ключ доступа переименован", "Passkey renamed"],
        "portal.passkey-counter-went-back" => l["Ключ доступа не принят: похоже, его скопировали", "Passkey refused: it seems to have been copied"],
        "portal.recovery-codes-made" => l["Сделаны запасные коды", "Recovery codes made"],
        "portal.recovery-code-spent" => l["Использован запасной код", "Recovery code used"],
        "portal.second-step-wrong" => l["Второй шаг входа не пройден", "The second step of a sign-in failed"],
        "portal.second-factor-removed" => l["Второй шаг входа выключен", "Second step of sign-in switched off"],
        "portal.second-factor-reset-allowed" => l["Разрешён вход без второго шага", "Sign-in without the second step allowed"],
        "portal.second-factor-reset-cancelled" => l["Вход без второго шага отменён", "Sign-in without the second step cancelled"],
        "portal.proved-again" => l["Вход подтверждён ещё раз", "Proved again who you are"],
        "portal.administrator-marked" => l["Вы стали администратором", "You became an administrator"],
        "portal.administrator-unmarked" => l["Вы больше не администратор", "You are no longer an administrator"],
        "portal.identifier-changed" => l["Данные изменены", "Data changed"],
        "portal.login-issued" => l["Школа выдала логин", "The school issued a login"],
        "portal.snils-declined" => l["СНИЛС не подтверждён", "SNILS declined"],
        "portal.data-copied" => l["Получена копия данных", "A copy of the data was taken"],
        _ => act,
    };
}
