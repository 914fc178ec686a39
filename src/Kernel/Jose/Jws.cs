using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Aupd.Kernel.Jose;

/// <summary>What a verifier expects of a token before it looks at the signature.</summary>
/// <param name="Algorithms">The only ones taken; the token's own word counts for nothing beyond choosing among them.</param>
/// <param name="Types">Accepted values of <c>typ</c>, compared as RFC 7515 §4.1.9 says; null among them: typ may be absent. An empty
/// list: any.</param>
public sealed record JwsPolicy(IReadOnlyList<SignatureAlgorithm> Algorithms, IReadOnlyList<string?> Types)
{
    /// <summary>Longest token taken, in characters.</summary>
    public int MaxLength { get; init; } = 16 * 1024;
}

public enum JwsFault { TooLong, Malformed, AlgorithmNotAllowed, WrongType, CriticalHeader, UnknownKey, AmbiguousKey, BadSignature }

public abstract record JwsOutcome
{
    private JwsOutcome() { }

    /// <param name="Payload">As it was signed; read it with <see cref="JwtClaims"/>.</param>
    public sealed record Verified(string Algorithm, string? Kid, string? Type, byte[] Payload) : JwsOutcome;

    /// <param name="Why">For the log; holds nothing of the token.</param>
    public sealed record Refused(JwsFault Fault, string Why) : JwsOutcome;
}

/// <summary>JSON Web Signatures in compact form (RFC 7515), for asymmetric keys that the verifier already has. Keys that a token brings
/// along or points to (<c>jwk</c>, <c>jku</c>, <c>x5u</c>, <c>x5c</c>) are never looked at, but by <see cref="VerifyProof"/>.</summary>
public static class Jws
{
    /// <summary>Signs a payload. <paramref name="typ"/> as it goes into the header (<c>logout+jwt</c>); null: none.</summary>
    public static string Sign(SigningKey key, string? typ, ReadOnlySpan<byte> payload)
    {
        var header = key.Header(typ);
        var signed = header.Length + Base64Url.GetEncodedLength(payload.Length);
        var total = signed + 1 + Base64Url.GetEncodedLength(key.SignatureLength);
        var buffer = ArrayPool<byte>.Shared.Rent(total);
        Span<byte> signature = stackalloc byte[1024];
        signature = signature[..key.SignatureLength];
        try
        {
            header.CopyTo(buffer, 0);
            Base64Url.EncodeToUtf8(payload, buffer.AsSpan(header.Length));
            key.Sign(buffer.AsSpan(0, signed), signature);
            buffer[signed] = (byte)'.';
            Base64Url.EncodeToUtf8(signature, buffer.AsSpan(signed + 1));
            return Encoding.ASCII.GetString(buffer, 0, total);
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    /// <summary>Checks form, header and signature, in that order, and nothing of the payload.</summary>
    public static JwsOutcome Verify(ReadOnlySpan<char> token, JwkSet keys, JwsPolicy policy) => Verify(token, keys, policy, out _);

    /// <summary>Checks a proof that its maker holds a key (RFC 9449 §4.3): the key stands in the header, <c>jwk</c>, and is no more trusted
    /// for it. A private or symmetric key there is refused.</summary>
    /// <param name="key">Who signed, when the outcome is Verified.</param>
    public static JwsOutcome VerifyProof(ReadOnlySpan<char> token, JwsPolicy policy, out Jwk? key) => Verify(token, null, policy, out key);

    private static VerificationKey? OwnKey(JsonElement header, SignatureAlgorithm algorithm)
    {
        if (!header.TryGetProperty("jwk", out var json) || json.ValueKind != JsonValueKind.Object) return null;
        foreach (var secret in (ReadOnlySpan<string>)["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
            if (json.Has(secret)) return null;
        return Jwk.TryParse(json, out _) is { Type: not JwkType.Oct } key && key.Fits(algorithm) ? new VerificationKey(key) : null;
    }

    private static JwsOutcome Verify(ReadOnlySpan<char> token, JwkSet? keys, JwsPolicy policy, out Jwk? signer)
    {
        signer = null;
        if (token.Length > policy.MaxLength) return Refuse(JwsFault.TooLong, $"longer than {policy.MaxLength} characters");
        var firstDot = token.IndexOf('.');
        var lastDot = token.LastIndexOf('.');
        if (firstDot < 1 || lastDot <= firstDot || token[(firstDot + 1)..lastDot].Contains('.'))
            return Refuse(JwsFault.Malformed, "not three parts");

        if (StrictBase64Url.Decode(token[..firstDot]) is not { } header
            || StrictBase64Url.Decode(token[(firstDot + 1)..lastDot]) is not { } payload
            || StrictBase64Url.Decode(token[(lastDot + 1)..]) is not { } signature) return Refuse(JwsFault.Malformed, "not base64url");
        if (StrictJson.ParseObject(header) is not { } json)
            return Refuse(JwsFault.Malformed, "the header is not a JSON object, or has a member twice");
        if (CheckHeader(json, policy, out var algorithm) is { } fault) return fault;
        var kid = json.Text("kid");
        if (json.Has("kid") && kid is null) return Refuse(JwsFault.Malformed, "kid is not a string");
        var ambiguous = false;
        if ((keys is null ? OwnKey(json, algorithm!) : keys.Find(kid, algorithm!, out ambiguous)) is not { } key)
            return ambiguous
                ? Refuse(JwsFault.AmbiguousKey, kid is null ? "no kid, and several keys fit" : "several keys have this kid")
                : Refuse(JwsFault.UnknownKey, keys is null ? "jwk is no public key that fits alg" : "no key of this issuer fits kid and alg");
        signer = key.Public;
        return VerifyBytes(key, algorithm!, token[..lastDot], signature)
            ? new JwsOutcome.Verified(algorithm!.Name, kid, json.Text("typ"), payload)
            : Refuse(JwsFault.BadSignature, "the signature is not of this key and text");
    }

    private static JwsOutcome.Refused? CheckHeader(JsonElement header, JwsPolicy policy, out SignatureAlgorithm? algorithm)
    {
        algorithm = SignatureAlgorithm.Find(header.Text("alg"));
        if (algorithm is null || !policy.Algorithms.Contains(algorithm))
            return Refuse(JwsFault.AlgorithmNotAllowed, "alg is not among those allowed here");
        // RFC 7515 §4.1.11: we understand no extension, so any list of critical ones is one we cannot honour.
        if (header.Has("crit")) return Refuse(JwsFault.CriticalHeader, "crit names extensions that are not understood here");
        // RFC 7797 §6: b64 without crit is an error of the sender.
        if (header.Has("b64")) return Refuse(JwsFault.CriticalHeader, "b64 is not understood here");
        if (header.Has("typ") && header.Text("typ") is null) return Refuse(JwsFault.Malformed, "typ is not a string");
        return policy.Types.Count == 0 || policy.Types.Any(t => SameType(t, header.Text("typ")))
            ? null : Refuse(JwsFault.WrongType, "typ is not the one expected");
    }

    // RFC 7515 §4.1.9: a media type, so letter case does not count, and "application/" may be left out.
    private static bool SameType(string? expected, string? found)
    {
        if (expected is null || found is null) return expected is null && found is null;
        const string prefix = "application/";
        if (found.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) found = found[prefix.Length..];
        return string.Equals(expected, found, StringComparison.OrdinalIgnoreCase);
    }

    private static bool VerifyBytes(
        VerificationKey key, SignatureAlgorithm algorithm, ReadOnlySpan<char> text, ReadOnlySpan<byte> signature)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            // Every character has passed as base64url, so one character is one byte.
            var length = Encoding.ASCII.GetBytes(text, buffer);
            return key.Verify(algorithm, buffer.AsSpan(0, length), signature);
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    private static JwsOutcome.Refused Refuse(JwsFault fault, string why) => new(fault, why);
}
