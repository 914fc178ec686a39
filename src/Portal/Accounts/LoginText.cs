namespace Aupd.Portal.Accounts;

/// <summary>The issued login: letters of the Latin alphabet, digits, <c>-</c>, <c>_</c>, 1 to 64 characters; unique without regard to case.
/// Dots are read too, since logins older than this service have them.</summary>
internal static class LoginText
{
    public const int MaxLength = 64;

    public static bool IsLogin(string? text) =>
        text is { Length: > 0 and <= MaxLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    public static string Key(string login) => login.ToLowerInvariant();
}
