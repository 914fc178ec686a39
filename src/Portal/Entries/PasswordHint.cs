using Aupd.Kernel.Pages;

namespace Aupd.Portal.Entries;

/// <summary>What makes a good password, as a person is told it, before and not after. What can be counted stands beside, in the list of rules.</summary>
internal static class PasswordHint
{
    public static string Text(Language l) => l["Подойдут три-четыре слова через пробел. Не логин, не телефон и не имя", "Three or four words with spaces will do. Not your login, phone or name"];
}
