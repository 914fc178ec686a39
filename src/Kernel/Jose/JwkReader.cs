using System.Security.Cryptography;
using System.Text.Json;

namespace Aupd.Kernel.Jose;

/// <summary>Reads a key of RFC 7517 §4 and RFC 7518 §6 and checks it whole before anyone uses it.</summary>
internal static class JwkReader
{
    private const int MinRsaBits = 2048, MaxRsaBits = 8192, MaxSecretBytes = 1024;

    public static Jwk? Read(JsonElement json, out string? fault)
    {
        var kty = json.Text("kty");
        fault = null;
        foreach (var name in (ReadOnlySpan<string>)["kid", "alg", "use"])
            if (json.Has(name) && json.Text(name) is null) fault = $"{name} is not a string";
        if (fault is not null) return null;
        try
        {
            return kty switch
            {
                "EC" => ReadEc(json, out fault),
                "RSA" => ReadRsa(json, out fault),
                "oct" => ReadSecret(json, out fault),
                _ => Refuse("kty is none of EC, RSA, oct", out fault),
            };
        }
        catch (CryptographicException e) { return Refuse($"the numbers are not a key ({e.GetType().Name})", out fault); }
    }

    private static Jwk? ReadEc(JsonElement json, out string? fault)
    {
        if (EllipticCurve.Find(json.Text("crv")) is not { } curve) return Refuse("crv is none of P-256, P-384, P-521", out fault);
        // RFC 7518 §6.2.1.2: coordinates have the full length of the field, leading zeros included.
        var (x, y, d) = (Bytes(json, "x", out var badX), Bytes(json, "y", out var badY), Bytes(json, "d", out var badD));
        if (badX || badY || badD || x?.Length != curve.Length || y?.Length != curve.Length || (d is not null && d.Length != curve.Length))
            return Refuse($"x, y and d are {curve.Length} bytes each in base64url", out fault);
        var parameters = new ECParameters { Curve = curve.Curve, Q = new ECPoint { X = x, Y = y }, D = d };
        using (var probe = ECDsa.Create(parameters)) _ = probe.KeySize;
        fault = null;
        return new Jwk(JwkType.Ec)
        {
            Kid = json.Text("kid"), Alg = json.Text("alg"), Use = json.Text("use"),
            MayVerify = MayVerify(json), Curve = curve, Ec = parameters,
        };
    }

    private static Jwk? ReadRsa(JsonElement json, out string? fault)
    {
        var (n, e) = (Bytes(json, "n", out var badN), Bytes(json, "e", out var badE));
        // RFC 7518 §6.3.1.1: no leading zero bytes. §3.3: 2048 bits or more; beyond 8192 a stranger's key would cost us too much.
        if (badN || badE || n is null || e is null || n is [] or [0, ..] || e is [] or [0, ..])
            return Refuse("n and e are numbers in base64url", out fault);
        var bits = n.Length * 8 - int.LeadingZeroCount(n[0] << 24);
        if (bits is < MinRsaBits or > MaxRsaBits)
            return Refuse($"n has {bits} bits, from {MinRsaBits} to {MaxRsaBits} are taken", out fault);
        if (e.Length > 4 || (e[^1] & 1) == 0 || e is [1] || (n[^1] & 1) == 0)
            return Refuse("e or n cannot belong to an RSA key", out fault);
        if (json.Has("oth")) return Refuse("more than two primes", out fault);
        var parameters = new RSAParameters { Modulus = n, Exponent = e };
        if (json.Has("d"))
        {
            var half = (n.Length + 1) / 2;
            parameters.D = Padded(json, "d", n.Length);
            parameters.P = Padded(json, "p", half);
            parameters.Q = Padded(json, "q", half);
            parameters.DP = Padded(json, "dp", half);
            parameters.DQ = Padded(json, "dq", half);
            parameters.InverseQ = Padded(json, "qi", half);
            if (parameters is not { D: not null, P: not null, Q: not null, DP: not null, DQ: not null, InverseQ: not null })
                return Refuse("a private RSA key has d, p, q, dp, dq and qi", out fault);
        }
        using (var probe = RSA.Create(parameters)) _ = probe.KeySize;
        fault = null;
        return new Jwk(JwkType.Rsa)
            { Kid = json.Text("kid"), Alg = json.Text("alg"), Use = json.Text("use"), MayVerify = MayVerify(json), Rsa = parameters };
    }

    private static Jwk? ReadSecret(JsonElement json, out string? fault)
    {
        if (Bytes(json, "k", out var bad) is not { Length: > 0 and <= MaxSecretBytes } secret || bad)
            return Refuse("k is 1 to 1024 bytes in base64url", out fault);
        fault = null;
        return new Jwk(JwkType.Oct) { Kid = json.Text("kid"), Alg = json.Text("alg"), Use = json.Text("use"), Secret = secret };
    }

    private static bool MayVerify(JsonElement json)
    {
        if (!json.TryGetProperty("key_ops", out var operations)) return true;
        if (operations.ValueKind != JsonValueKind.Array) return false;
        foreach (var one in operations.EnumerateArray())
            if (one.AsText() is "verify" or "sign") return true;
        return false;
    }

    private static byte[]? Bytes(JsonElement json, string name, out bool bad)
    {
        bad = false;
        if (!json.Has(name)) return null;
        var bytes = json.Text(name) is { } text && text.Length <= MaxRsaBits / 4 ? StrictBase64Url.Decode(text) : null;
        bad = bytes is null;
        return bytes;
    }

    /// <summary>The library wants private numbers in full length; JWK leaves leading zeros out.</summary>
    private static byte[]? Padded(JsonElement json, string name, int length)
    {
        if (Bytes(json, name, out _) is not { } bytes || bytes.Length > length) return null;
        if (bytes.Length == length) return bytes;
        var padded = new byte[length];
        bytes.CopyTo(padded, length - bytes.Length);
        return padded;
    }

    private static Jwk? Refuse(string why, out string? fault)
    {
        fault = why;
        return null;
    }
}
