using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aupd.Kernel.Jose;

public enum JwkType { Ec, Rsa, Oct }

/// <summary>A JSON Web Key (RFC 7517): EC on P-256, P-384 or P-521, RSA of 2048 to 8192 bits, or a symmetric key. Checked when read: a
/// point lies on its curve, numbers have their exact form. ToString shows the kid alone.</summary>
public sealed class Jwk
{
    internal Jwk(JwkType type) => Type = type;

    public JwkType Type { get; }
    public string? Kid { get; internal init; }
    /// <summary><c>alg</c>, if the key is bound to one algorithm.</summary>
    public string? Alg { get; internal init; }
    /// <summary><c>use</c>: <c>sig</c>, <c>enc</c> or absent.</summary>
    public string? Use { get; internal init; }
    public bool HasPrivatePart => Type == JwkType.Oct || Ec.D is not null || Rsa.D is not null;

    internal EllipticCurve? Curve { get; init; }
    internal ECParameters Ec { get; init; }
    internal RSAParameters Rsa { get; init; }
    internal byte[]? Secret { get; init; }

    /// <summary>May this key check signatures of the algorithm? By kty and curve, and by use, key_ops and alg where the key has
    /// them.</summary>
    public bool Fits(SignatureAlgorithm algorithm) =>
        (Alg is null || Alg == algorithm.Name) && (Use is null or "sig") && MayVerify
        && (algorithm.Curve is null ? Type == JwkType.Rsa : Type == JwkType.Ec && Curve == algorithm.Curve);

    /// <summary>False when key_ops is there and names neither verify nor sign (RFC 7517 §4.3).</summary>
    internal bool MayVerify { get; init; } = true;

    /// <summary>Reads one key. Null when it is malformed or of an unknown kind; <paramref name="fault"/> then says why, without the
    /// key.</summary>
    public static Jwk? TryParse(ReadOnlyMemory<byte> json, out string? fault)
    {
        if (StrictJson.ParseObject(json) is { } root) return TryParse(root, out fault);
        fault = "not a JSON object, or a member stands twice";
        return null;
    }

    public static Jwk? TryParse(string json, out string? fault) => TryParse(Encoding.UTF8.GetBytes(json), out fault);

    public static Jwk? TryParse(JsonElement json, out string? fault) => JwkReader.Read(json, out fault);

    /// <summary>The key without its private part. A symmetric key has no public part.</summary>
    public Jwk ToPublic() => Type == JwkType.Oct
        ? throw new InvalidOperationException("A symmetric key has no public part.")
        : new Jwk(Type)
        {
            Kid = Kid, Alg = Alg, Use = Use, MayVerify = MayVerify, Curve = Curve,
            Ec = new ECParameters { Curve = Ec.Curve, Q = Ec.Q },
            Rsa = new RSAParameters { Modulus = Rsa.Modulus, Exponent = Rsa.Exponent },
        };

    /// <summary>RFC 7638 with SHA-256, base64url.</summary>
    public string Thumbprint()
    {
        // RFC 7638 §3: the required members alone, in this order, no white space; none of the values needs escaping.
        var text = Type switch
        {
            JwkType.Ec => $$"""{"crv":"{{Curve!.Name}}","kty":"EC","x":"{{Encode(Ec.Q.X)}}","y":"{{Encode(Ec.Q.Y)}}"}""",
            JwkType.Rsa => $$"""{"e":"{{Encode(Rsa.Exponent)}}","kty":"RSA","n":"{{Encode(Rsa.Modulus)}}"}""",
            _ => $$"""{"k":"{{Encode(Secret)}}","kty":"oct"}""",
        };
        return StrictBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
    }

    /// <summary>Writes the key as a JSON object; the private part only when <paramref name="withPrivatePart"/>.</summary>
    public void WriteTo(Utf8JsonWriter writer, bool withPrivatePart = false)
    {
        if (Type == JwkType.Oct && !withPrivatePart) throw new InvalidOperationException("A symmetric key has no public part.");
        writer.WriteStartObject();
        writer.WriteString("kty", Type switch { JwkType.Ec => "EC", JwkType.Rsa => "RSA", _ => "oct" });
        if (Use is not null) writer.WriteString("use", Use);
        if (Kid is not null) writer.WriteString("kid", Kid);
        if (Alg is not null) writer.WriteString("alg", Alg);
        if (Curve is not null) writer.WriteString("crv", Curve.Name);
        Write(writer, "x", Ec.Q.X);
        Write(writer, "y", Ec.Q.Y);
        Write(writer, "n", Rsa.Modulus);
        Write(writer, "e", Rsa.Exponent);
        if (withPrivatePart)
        {
            Write(writer, "d", Ec.D ?? Rsa.D);
            Write(writer, "p", Rsa.P);
            Write(writer, "q", Rsa.Q);
            Write(writer, "dp", Rsa.DP);
            Write(writer, "dq", Rsa.DQ);
            Write(writer, "qi", Rsa.InverseQ);
            Write(writer, "k", Secret);
        }
        writer.WriteEndObject();
    }

    public string ToJson(bool withPrivatePart = false)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer)) WriteTo(writer, withPrivatePart);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public override string ToString() => $"{Type} key {Kid}";

    private static string Encode(byte[]? bytes) => StrictBase64Url.Encode(bytes);

    private static void Write(Utf8JsonWriter writer, string name, byte[]? value)
    {
        if (value is not null) writer.WriteString(name, StrictBase64Url.Encode(value));
    }
}
