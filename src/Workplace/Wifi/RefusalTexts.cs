using Aupd.SignIn.Doors;

namespace Aupd.Workplace.Wifi;

/// <summary>Why the Wi-Fi did not let a person in, and what to do, in plain words.</summary>
internal static class RefusalTexts
{
    /// <param name="reason">A word of <see cref="RefusalReason"/>.</param>
    internal static LampText Of(string reason) => reason switch
    {
        RefusalReason.WrongPassword => new("Пароль не подошёл. Если вы недавно сменили его на портале, впишите новый в настройках Wi-Fi на каждом своём устройстве.",
            "The password was wrong. If you have changed it at the portal lately, type the new one in the Wi-Fi settings of each of your devices."),
        RefusalReason.Locked => new("Было слишком много неверных паролей подряд. Подождите 15 минут и впишите пароль заново.",
            "There were too many wrong passwords in a row. Wait for 15 minutes and type the password anew."),
        RefusalReason.Disabled => new("Ваш аккаунт закрыт. Напишите нам, если это ошибка.", "Your account is closed. Write to us if that is a mistake."),
        RefusalReason.FirstPassword => new("Пароль с листка открывает только портал. Придумайте там свой — он подойдёт и к Wi-Fi.",
            "The password from the sheet opens the portal alone. Choose one of your own there: it will open the Wi-Fi, too."),
        RefusalReason.NoRole => new("В школе вас сейчас нет: ни среди сотрудников, ни среди учеников.", "No school has you among its staff or pupils now."),
        RefusalReason.OtherSchool => new("Эта сеть — другой школы.", "That network is another school's."),
        _ => new("Сервис не успел проверить пароль. Попробуйте ещё раз.", "The service had no time to check the password. Try once more."),
    };
}
