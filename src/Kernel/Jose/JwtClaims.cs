using System.Text.Json;

namespace Aupd.Kernel.Jose;

/// <summary>What the claims of a token must say. Time is compared with a skew both ways.</summary>
/// <param name="Issuer">Compared byte for byte.</param>
/// <param name="Audience">Must be among <c>aud</c>.</param>
public sealed record JwtRules(string Issuer, string Audience)
{
    public TimeSpan Skew { get; init; } = TimeSpan.FromSeconds(60);
    public bool ExpiryRequired { get; init; } = true;
    public bool IssuedAtRequired { get; init; } = true;
    /// <summary>Oldest <c>iat</c> taken, counted from now; null: any.</summary>
    public TimeSpan? MaxAge { get; init; }
}

public enum JwtFault { Malformed, Issuer, Audience, Expired, NotYetValid, IssuedAt }

/// <summary>The claims of a token (RFC 7519), read strictly. A claim of the wrong type counts as absent to the readers here and as
/// malformed to <see cref="Check"/>.</summary>
public sealed class JwtClaims
{
    // RFC 7519 §2: seconds since 1970, fractions allowed. Ends in the year 9891, so that adding a skew stays within DateTimeOffset.
    private const double MaxNumericDate = 250_000_000_000;

    private JwtClaims(JsonElement root) => Root = root;

    public JsonElement Root { get; }
    public string? Issuer => Text("iss");
    public string? Subject => Text("sub");
    public string? Id => Text("jti");
    public DateTimeOffset? ExpiresAt => Time("exp");
    public DateTimeOffset? IssuedAt => Time("iat");

    /// <summary><c>aud</c>: one string or a list of them; empty when absent or of another type.</summary>
    public IReadOnlyList<string> Audiences => Texts("aud");

    /// <summary>Null when the payload is not one JSON object with each member once.</summary>
    public static JwtClaims? TryParse(ReadOnlyMemory<byte> payload) =>
        StrictJson.ParseObject(payload) is { } root ? new JwtClaims(root) : null;

    public bool Has(string name) => Root.Has(name);

    public string? Text(string name) => Root.Text(name);

    /// <summary>A member that is one string or a list of strings; empty when absent or anything else.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (!Root.TryGetProperty(name, out var member)) return [];
        if (member.AsText() is { } one) return [one];
        if (member.ValueKind != JsonValueKind.Array) return [];
        var all = new List<string>(member.GetArrayLength());
        foreach (var element in member.EnumerateArray())
        {
            if (element.AsText() is not { } text) return [];
            all.Add(text);
        }
        return all;
    }

    public bool? Flag(string name) => Root.TryGetProperty(name, out var member)
        ? member.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
        : null;

    public DateTimeOffset? Time(string name)
    {
        if (!Root.TryGetProperty(name, out var member) || member.ValueKind != JsonValueKind.Number || !member.TryGetDouble(out var seconds))
            return null;
        return seconds is >= 0 and <= MaxNumericDate ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
    }

    /// <summary>Null when all rules hold, else the first that does not: form, iss, aud, exp, nbf, iat.</summary>
    public JwtFault? Check(JwtRules rules, DateTimeOffset now)
    {
        foreach (var name in (ReadOnlySpan<string>)["exp", "nbf", "iat"])
            if (Has(name) && Time(name) is null) return JwtFault.Malformed;
        if (!string.Equals(Issuer, rules.Issuer, StringComparison.Ordinal)) return JwtFault.Issuer;
        if (!Audiences.Contains(rules.Audience, StringComparer.Ordinal)) return JwtFault.Audience;
        if (ExpiresAt is not { } expires ? rules.ExpiryRequired : now >= expires + rules.Skew) return JwtFault.Expired;
        if (Time("nbf") is { } notBefore && now < notBefore - rules.Skew) return JwtFault.NotYetValid;
        if (IssuedAt is not { } issued) return rules.IssuedAtRequired ? JwtFault.IssuedAt : null;
        if (issued > now + rules.Skew) return JwtFault.IssuedAt;
        return rules.MaxAge is { } oldest && issued < now - oldest - rules.Skew ? JwtFault.IssuedAt : null;
    }
}
