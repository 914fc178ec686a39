namespace Aupd.Portal.Authentication;

/// <summary>Where to go after a page: a path of this site, or nothing. Browsers read <c>//host</c>, <c>/\host</c> and
/// <c>/&lt;tab&gt;/host</c> as another site, so all of these are refused.</summary>
internal static class LocalUrl
{
    private const int MaxLength = 4000;

    /// <summary>The URL itself when it stays on this site, else null.</summary>
    public static string? Check(string? url) =>
        url is { Length: > 0 and <= MaxLength } && url[0] == '/' && (url.Length == 1 || url[1] != '/')
        && !url.Any(c => c == '\\' || c < ' ' || c == '\u007f') ? url : null;
}
