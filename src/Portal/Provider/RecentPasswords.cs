using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Aupd.Portal.Provider;

/// <summary>Passwords that were right a few minutes ago, so that a device which asks at every roam does not cost a hash each time. In the memory of
/// one node alone, as an HMAC under a key that dies with it.</summary>
/// <remarks>The account's stored hash is a part of what is compared: once the password is another, nothing remembered fits any more, on no node,
/// without anybody being told. See docs/decisions/0060-who-checks-a-password-for-wifi.md.</remarks>
internal sealed class RecentPasswords(SchoolLinkSettings settings, TimeProvider clock)
{
    /// <summary>Accounts remembered at once, some 10 MB; when there are more, all are forgotten and hashed anew as they come.</summary>
    internal const int Most = 50_000;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<Guid, (byte[] Mark, DateTimeOffset Until)> _kept = new();

    /// <param name="hash">As it is stored now.</param>
    public bool Knows(Guid account, string? hash, string password) => hash is not null && _kept.TryGetValue(account, out var kept)
        && clock.GetUtcNow() < kept.Until && CryptographicOperations.FixedTimeEquals(kept.Mark, Mark(account, hash, password));

    /// <summary>The password has just been compared with the hash and is right.</summary>
    public void Keep(Guid account, string hash, string password)
    {
        if (settings.NetworkRememberSeconds == 0) return;
        if (_kept.Count >= Most) _kept.Clear();
        _kept[account] = (Mark(account, hash, password), clock.GetUtcNow().AddSeconds(settings.NetworkRememberSeconds));
    }

    // No stored hash holds a NUL, so the parts cannot run into one another.
    private byte[] Mark(Guid account, string hash, string password) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{account:N}\0{hash}\0{password}"));
}
