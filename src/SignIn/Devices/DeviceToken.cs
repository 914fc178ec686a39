using System.Buffers.Text;
using System.Security.Cryptography;

namespace Aupd.SignIn.Devices;

/// <summary>What a bound browser is recognised by: 128 random bits that stay and tell which device it is, and 256 bits that change. Hides
/// itself.</summary>
internal sealed record DeviceToken
{
    private const int FamilyLength = 16, SecretLength = 32, Letters = 64;
    private readonly byte[] _family, _secret;

    private DeviceToken(byte[] family, byte[] secret) => (_family, _secret) = (family, secret);

    public byte[] FamilyHash => SHA256.HashData(_family);
    public byte[] Hash => SHA256.HashData((byte[])[.. _family, .. _secret]);
    public string Text => Base64Url.EncodeToString((byte[])[.. _family, .. _secret]);

    public static DeviceToken New() => new(RandomNumberGenerator.GetBytes(FamilyLength), RandomNumberGenerator.GetBytes(SecretLength));

    public static DeviceToken? TryParse(string? text)
    {
        if (text is not { Length: Letters } || !Base64Url.IsValid(text)) return null;
        var bytes = Base64Url.DecodeFromChars(text);
        return bytes.Length == FamilyLength + SecretLength ? new DeviceToken(bytes[..FamilyLength], bytes[FamilyLength..]) : null;
    }

    /// <summary>The one that follows. The same for all tabs that ask at once, and only for who holds the key.</summary>
    public DeviceToken Next(byte[] key) => new(_family, HMACSHA256.HashData(key, (byte[])[.. _family, .. _secret]));

    public override string ToString() => "(device token)";
}
