using System.Text.RegularExpressions;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Authorize;

/// <summary>Which redirect URIs a client may name: those registered, character by character. A native application cannot know its loopback
/// port beforehand, so that of a public client may differ (RFC 8252 §7.3), and nothing else of it.</summary>
internal static partial class RedirectUris
{
    public static bool IsRegistered(OpenIdClient client, string uri) =>
        client.RedirectUris.Contains(uri, StringComparer.Ordinal)
        || client.IsPublic && client.RedirectUris.Any(r => IsSameLoopback(r, uri));

    private static bool IsSameLoopback(string registered, string asked)
    {
        var (left, right) = (Loopback().Match(registered), Loopback().Match(asked));
        return left.Success && right.Success
            && string.Equals(left.Groups["host"].Value, right.Groups["host"].Value, StringComparison.Ordinal)
            && string.Equals(left.Groups["rest"].Value, right.Groups["rest"].Value, StringComparison.Ordinal)
            && (right.Groups["port"].Length == 0 || int.Parse(right.Groups["port"].Value) is > 0 and <= 65535);
    }

    // Literal addresses only: "localhost" can be made to resolve elsewhere (RFC 8252 §8.3).
    [GeneratedRegex(@"\Ahttp://(?<host>127\.0\.0\.1|\[::1\])(:(?<port>[0-9]{1,5}))?(?<rest>/[^\s#\\]*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Loopback();
}
