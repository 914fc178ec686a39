using System.Buffers.Binary;
using System.Security.Cryptography;
using Aupd.Kernel.Jose;
using Aupd.Kernel.Secrets;

namespace Aupd.OpenId.Dpop;

/// <summary>Nonces for proofs (RFC 9449 §8), for a region that does not trust the clocks of its clients: the second they were made in and a
/// code over it, so that every node knows them and none keeps them.</summary>
internal sealed class DpopNonces(Sealer sealer, OpenIdSettings settings, ProviderIdentity provider, TimeProvider clock)
{
    private const int TimeLength = 8, CodeLength = 16;
    private readonly byte[] _key = sealer.Key("openid.dpop-nonce/" + provider.Name);

    public bool AreAsked => settings.DpopNonceSeconds > 0;

    public string Make()
    {
        Span<byte> nonce = stackalloc byte[TimeLength + CodeLength];
        BinaryPrimitives.WriteInt64BigEndian(nonce, clock.GetUtcNow().ToUnixTimeSeconds());
        Code(nonce[..TimeLength], nonce[TimeLength..]);
        return StrictBase64Url.Encode(nonce);
    }

    /// <summary>Made here, and not longer ago than the settings say.</summary>
    public bool IsGood(string? text)
    {
        if (text is null || text.Length > 64 || StrictBase64Url.Decode(text) is not { Length: TimeLength + CodeLength } nonce) return false;
        Span<byte> code = stackalloc byte[CodeLength];
        Code(nonce.AsSpan(0, TimeLength), code);
        if (!CryptographicOperations.FixedTimeEquals(code, nonce.AsSpan(TimeLength))) return false;
        var age = clock.GetUtcNow().ToUnixTimeSeconds() - BinaryPrimitives.ReadInt64BigEndian(nonce);
        return age >= -60 && age <= settings.DpopNonceSeconds;
    }

    private void Code(ReadOnlySpan<byte> time, Span<byte> code)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, time, hash);
        hash[..CodeLength].CopyTo(code);
    }
}
