using Aupd.Kernel.Pages;

namespace Aupd.SignIn.Qr;

/// <summary>The state of a code in words, read out when it changes.</summary>
internal static class ScreenWords
{
    internal static string Status(ScreenCode code, Language l) => code.State switch
    {
        ScreenState.Waiting => l["Наведите камеру телефона, на котором вы уже входили, и подтвердите вход на нём.", "Point the camera of a phone on which you are signed in, and confirm there."],
        ScreenState.Opened => l["Код открыт на телефоне. Подтвердите вход на нём.", "The code is open on the phone. Confirm there."],
        ScreenState.Refused => l["На телефоне вход отклонили. Здесь никто не вошёл.", "It was refused on the phone. Nobody is signed in here."],
        _ => l["Подтверждено. Открываем…", "Confirmed. Opening…"],
    };
}
