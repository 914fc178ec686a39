using Aupd.Kernel.Pages;

namespace Aupd.Portal.Profile;

/// <summary>Acts of the portal in words for the person they are about; one without words is told by its name.</summary>
internal static class TrailWords
{
    internal static string Of(string act, Language l) => act switch
    {
        "portal.account-created" => l["Учётная запись создана", "Account created"],
        "portal.account-disabled" => l["Учётная запись отключена", "Account disabled"],
        "portal.signed-in" => l["Вход", "Signed in"],
        "portal.signed-out" => l["Выход", "Signed out"],
        "portal.password-wrong" => l["Введён неверный пароль", "A wrong password was entered"],
        "portal.password-checked" => l["Школа проверила пароль по вашей просьбе", "The school checked the password at your request"],
        "portal.password-changed" => l["Пароль изменён", "Password changed"],
        "portal.identifier-changed" => l["Данные изменены", "Data changed"],
        "portal.login-issued" => l["Школа выдала логин", "The school issued a login"],
        "portal.snils-declined" => l["СНИЛС не подтверждён", "SNILS declined"],
        "portal.data-copied" => l["Получена копия данных", "A copy of the data was taken"],
        _ => act,
    };
}
