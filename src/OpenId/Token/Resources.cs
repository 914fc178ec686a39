using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;

namespace Aupd.OpenId.Token;

/// <summary>For which resource servers a token is asked (RFC 8707): those of the client's registration, by their identifiers as they stand
/// there; the issuer stands for this provider's UserInfo.</summary>
internal static class Resources
{
    private const int MaxAsked = 20;

    /// <summary>In SQL, for whom an opaque token is: what is asked for now, else what the grant names and the client is still registered
    /// for; null when neither names any, which is this provider.</summary>
    /// <param name="asked">Parameter of type text[].</param>
    /// <param name="registered">Another, as <see cref="Registered"/> gives it.</param>
    /// <param name="granted">The grant's column.</param>
    public static string AudiencesSql(string asked, string registered, string granted) => $"""
        coalesce({asked}::text[], case when {granted} is not null then array(
            select r from unnest({granted}) r where r = any({registered}::text[])) end)
        """;

    /// <summary>In SQL: does the grant cover what is asked for? One that names none covers all that the client is registered for.</summary>
    public static string CoversSql(string asked, string granted) =>
        $"({asked}::text[] is null or {granted} is null or {granted} @> {asked}::text[])";

    public static string[] Registered(OpenIdClient client, string issuer) => [.. client.Resources, issuer];

    /// <summary>For whom the token is, as the SQL above has it for an opaque one; a JWT is for one alone, the first that was named. Empty:
    /// the client may have none of them any more.</summary>
    public static string[] Audiences(OpenIdClient client, string issuer, string[]? asked, string[]? granted)
    {
        string[] all = asked ?? granted?.Where(r => r == issuer || client.Resources.Contains(r, StringComparer.Ordinal)).ToArray() ?? [issuer];
        return client.AccessTokenFormat == "jwt" && all.Length > 1 ? [all[0]] : all;
    }

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
