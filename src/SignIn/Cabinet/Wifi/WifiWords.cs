using Aupd.Kernel.Pages;
using Aupd.SignIn.Doors;

namespace Aupd.SignIn.Cabinet.Wifi;

/// <summary>Why the Wi-Fi did not let a person in, and what to do, in plain words.</summary>
internal static class WifiWords
{
    internal static string Of(WifiRefusal refusal, Language l) => refusal.Reason switch
    {
        "wrong-password" => l["Пароль не подошёл. Если вы недавно сменили его на портале, впишите новый в настройках Wi-Fi на каждом своём устройстве.",
            "The password was wrong. If you have changed it at the portal lately, type the new one in the Wi-Fi settings of each of your devices."],
        "locked" => l["Было слишком много неверных паролей подряд. Подождите 15 минут и впишите пароль заново.",
            "There were too many wrong passwords in a row. Wait for 15 minutes and type the password anew."],
        "disabled" => l["Ваш аккаунт закрыт. Напишите нам, если это ошибка.", "Your account is closed. Write to us if that is a mistake."],
        "first-password" => l["Пароль с листка открывает только портал. Придумайте там свой — он подойдёт и к Wi-Fi.",
            "The password from the sheet opens the portal alone. Choose one of your own there: it will open the Wi-Fi, too."],
        "no-role" => l["В школе вас сейчас нет: ни среди сотрудников, ни среди учеников.", "No school has you among its staff or pupils now."],
        "other-school" => l["Эта сеть — другой школы.", "That network is another school's."],
        _ => l["Сервис не успел проверить пароль. Попробуйте ещё раз.", "The service had no time to check the password. Try once more."],
    };
}
