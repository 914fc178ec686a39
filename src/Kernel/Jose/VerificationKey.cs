using System.Security.Cryptography;

namespace Aupd.Kernel.Jose;

/// <summary>A public key that checks signatures. Thread-safe.</summary>
internal sealed class VerificationKey
{
    private readonly KeyPool _pool;

    public VerificationKey(Jwk key)
    {
        Public = key.ToPublic();
        _pool = new KeyPool(() => Public.Type == JwkType.Ec ? ECDsa.Create(Public.Ec) : RSA.Create(Public.Rsa));
    }

    public Jwk Public { get; }

    public bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!Public.Fits(algorithm) || !HasForm(signature)) return false;
        var key = _pool.Take();
        try
        {
            return key is ECDsa ec
                ? ec.VerifyData(data, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                : ((RSA)key).VerifyData(data, signature, algorithm.Hash, algorithm.Padding!);
        }
        catch (CryptographicException) { return false; }
        finally { _pool.GiveBack(key); }
    }

    /// <summary>RFC 7518 §3.4: r and s in full length, and neither is zero (CVE-2022-21449). RSA: as long as the modulus (RFC 8017
    /// §8).</summary>
    private bool HasForm(ReadOnlySpan<byte> signature)
    {
        if (Public.Curve is not { } curve) return signature.Length == Public.Rsa.Modulus!.Length;
        return signature.Length == 2 * curve.Length && curve.InRange(signature[..curve.Length]) && curve.InRange(signature[curve.Length..]);
    }
}
