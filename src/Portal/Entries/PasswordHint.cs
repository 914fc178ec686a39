using Aupd.Kernel.Pages;
using Aupd.Portal.Passwords;

namespace Aupd.Portal.Entries;

/// <summary>The rules of a password as a person is told them, before and not after.</summary>
internal static class PasswordHint
{
    public static string Text(Language l) => l[
        $"Не короче {PasswordRules.MinLength} знаков. Подойдут три-четыре слова через пробел. Не логин, не телефон и не имя",
        $"At least {PasswordRules.MinLength} characters. Three or four words with spaces will do. Not your login, phone or name"];
}
