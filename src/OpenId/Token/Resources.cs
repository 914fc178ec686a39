using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;

namespace Aupd.OpenId.Token;

/// <summary>For which resource servers a token is asked (RFC 8707): those of the client's registration, by their identifiers as they stand
/// there; the issuer stands for this provider's UserInfo.</summary>
internal static class Resources
{
    private const int MaxAsked = 20;

    /// <summary>What the request names; null: nothing.</summary>
    /// <param name="one">A JWT is for one resource server: a second one could use it at the first (RFC 9068 §5).</param>
    public static (string[]? Asked, OAuthError? Error) Read(RequestParameters form, OpenIdClient client, string issuer, bool one)
    {
        var asked = form.AllOf("resource");
        if (asked.Length == 0) return (null, null);
        asked = [.. asked.Distinct(StringComparer.Ordinal)];
        if (asked.Length > MaxAsked) return (null, OAuthError.InvalidTarget($"There are more than {MaxAsked} resources."));
        if (asked.Any(r => r != issuer && !client.Resources.Contains(r, StringComparer.Ordinal)))
            return (null, OAuthError.InvalidTarget("resource is not registered for this client."));
        return one && asked.Length > 1 ? (null, OAuthError.InvalidTarget("A JWT access token is for one resource: name one."))
            : (asked, null);
    }
}
