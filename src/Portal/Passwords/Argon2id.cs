using System.Runtime.InteropServices;
using System.Text;

namespace Aupd.Portal.Passwords;

/// <summary>Argon2id of libsodium, in its string form <c>$argon2id$v=19$m=19456,t=2,p=1$salt$hash</c>: verification reads the parameters
/// from the string. Costs tens of milliseconds of one core: called from <see cref="HashGate"/> only.</summary>
internal static partial class Argon2id
{
    // Debian's libsodium23; the soname is stable since 1.0.12.
    private const string Library = "libsodium.so.23";
    private const int StringLength = 128;

    private static readonly Lazy<bool> Ready = new(() =>
        sodium_init() >= 0 ? true : throw new InvalidOperationException("libsodium could not be initialised."));

    public static string Hash(ReadOnlySpan<byte> password, int passes, int memoryKiB)
    {
        _ = Ready.Value;
        var written = new byte[StringLength];
        if (crypto_pwhash_str(written, password, (ulong)password.Length, (ulong)passes, (nuint)memoryKiB * 1024) != 0)
            throw new InsufficientMemoryException($"Argon2id could not get {memoryKiB} KiB.");
        return Encoding.ASCII.GetString(written.AsSpan(0, Array.IndexOf(written, (byte)0)));
    }

    public static bool Verify(string hash, ReadOnlySpan<byte> password)
    {
        _ = Ready.Value;
        return ToBuffer(hash) is { } written && crypto_pwhash_str_verify(written, password, (ulong)password.Length) == 0;
    }

    /// <summary>True when the string was made with other parameters than these, or is not one of ours.</summary>
    public static bool NeedsRehash(string hash, int passes, int memoryKiB)
    {
        _ = Ready.Value;
        return ToBuffer(hash) is not { } written || crypto_pwhash_str_needs_rehash(written, (ulong)passes, (nuint)memoryKiB * 1024) != 0;
    }

    private static byte[]? ToBuffer(string hash)
    {
        if (hash.Length >= StringLength) return null;
        var buffer = new byte[StringLength];
        Encoding.ASCII.GetBytes(hash, buffer);
        return buffer;
    }

    [LibraryImport(Library)] private static partial int sodium_init();
    [LibraryImport(Library)] private static partial int crypto_pwhash_str(Span<byte> written, ReadOnlySpan<byte> password, ulong length,
        ulong passes, nuint memory);
    [LibraryImport(Library)] private static partial int crypto_pwhash_str_verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> password,
        ulong length);
    [LibraryImport(Library)] private static partial int crypto_pwhash_str_needs_rehash(ReadOnlySpan<byte> hash, ulong passes, nuint memory);
}
