using Aupd.Kernel.Pages;
using Aupd.SignIn.Doors;

namespace Aupd.SignIn.Cabinet.Home;

/// <summary>Why a password does not open school computers, and what to change, in plain words.</summary>
internal static class WorkplaceWords
{
    internal static string Of(PasswordTrouble trouble, Language l) => trouble.Word switch
    {
        "too-short" => l[$"Школьные компьютеры не приняли ваш пароль: для них нужно не меньше {trouble.Number} знаков. Придумайте пароль подлиннее.",
            $"School computers did not take your password: they want at least {trouble.Number} characters. Choose a longer one."],
        "too-plain" => l["Школьные компьютеры не приняли ваш пароль: добавьте в него заглавную букву и цифру.",
            "School computers did not take your password: add a capital letter and a digit."],
        "has-name" => l["Школьные компьютеры не приняли ваш пароль: в нём есть ваши имя, фамилия или логин. Придумайте пароль без них.",
            "School computers did not take your password: it holds your name or login. Choose one without them."],
        "missing" => l["Для школьных компьютеров пароль ещё не передан. Введите его ещё раз — и он подойдёт и к ним.",
            "School computers have no password of yours yet. Enter it once more, and it will open them, too."],
        _ => l["Школьные компьютеры не приняли ваш пароль: по их правилам он не подходит. Придумайте другой, не похожий на прежние.",
            "School computers did not take your password: their rules do not allow it. Choose another, unlike the ones before."],
    };
}
