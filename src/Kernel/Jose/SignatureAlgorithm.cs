using System.Security.Cryptography;

namespace Aupd.Kernel.Jose;

/// <summary>The signature algorithms of RFC 7518 §3.1 that this program can verify: asymmetric ones only. <c>none</c> and HS* have no
/// value here, so no list of allowed algorithms can ever hold them.</summary>
public sealed class SignatureAlgorithm
{
    public static readonly SignatureAlgorithm Es256 = new("ES256", HashAlgorithmName.SHA256, EllipticCurve.P256);
    public static readonly SignatureAlgorithm Es384 = new("ES384", HashAlgorithmName.SHA384, EllipticCurve.P384);
    public static readonly SignatureAlgorithm Es512 = new("ES512", HashAlgorithmName.SHA512, EllipticCurve.P521);
    public static readonly SignatureAlgorithm Rs256 = new("RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    public static readonly SignatureAlgorithm Rs384 = new("RS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1);
    public static readonly SignatureAlgorithm Rs512 = new("RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1);
    public static readonly SignatureAlgorithm Ps256 = new("PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    public static readonly SignatureAlgorithm Ps384 = new("PS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
    public static readonly SignatureAlgorithm Ps512 = new("PS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pss);

    private SignatureAlgorithm(string name, HashAlgorithmName hash, EllipticCurve curve) => (Name, Hash, Curve) = (name, hash, curve);

    private SignatureAlgorithm(string name, HashAlgorithmName hash, RSASignaturePadding padding) =>
        (Name, Hash, Padding) = (name, hash, padding);

    /// <summary>All that can be verified.</summary>
    public static IReadOnlyList<SignatureAlgorithm> All { get; } = [Es256, Es384, Es512, Rs256, Rs384, Rs512, Ps256, Ps384, Ps512];

    /// <summary>Those that our own keys sign with, and that a relying party of ours accepts from a provider.</summary>
    public static IReadOnlyList<SignatureAlgorithm> Signing { get; } = [Es256, Rs256, Ps256];

    /// <summary>The value of <c>alg</c>; letter case counts (RFC 7515 §4.1.1).</summary>
    public string Name { get; }
    internal HashAlgorithmName Hash { get; }
    /// <summary>The one curve of an ES* algorithm; null for RSA.</summary>
    internal EllipticCurve? Curve { get; }
    internal RSASignaturePadding? Padding { get; }

    /// <summary>The algorithm of that exact name, or null.</summary>
    public static SignatureAlgorithm? Find(string? name)
    {
        foreach (var one in All)
            if (string.Equals(one.Name, name, StringComparison.Ordinal)) return one;
        return null;
    }

    public override string ToString() => Name;
}

/// <summary>The NIST curves of RFC 7518 §6.2.1.1.</summary>
internal sealed class EllipticCurve
{
    public static readonly EllipticCurve P256 = new("P-256", ECCurve.NamedCurves.nistP256, 32,
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    public static readonly EllipticCurve P384 = new("P-384", ECCurve.NamedCurves.nistP384, 48,
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973");
    public static readonly EllipticCurve P521 = new("P-521", ECCurve.NamedCurves.nistP521, 66,
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409");

    private readonly byte[] _order;

    private EllipticCurve(string name, ECCurve curve, int length, string order) =>
        (Name, Curve, Length, _order) = (name, curve, length, Convert.FromHexString(order));

    public string Name { get; }
    public ECCurve Curve { get; }
    /// <summary>Bytes of a coordinate, and of each half of a signature.</summary>
    public int Length { get; }

    public static EllipticCurve? Find(string? name) => name switch { "P-256" => P256, "P-384" => P384, "P-521" => P521, _ => null };

    /// <summary>FIPS 186-5 §6.4.2: r and s lie in 1 … n-1. The library checks it too; this does not depend on which one is
    /// installed.</summary>
    public bool InRange(ReadOnlySpan<byte> scalar) => scalar.ContainsAnyExcept((byte)0) && scalar.SequenceCompareTo(_order) < 0;
}
