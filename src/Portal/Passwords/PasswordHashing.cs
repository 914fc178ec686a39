using System.Text;
using Aupd.Portal.Accounts;
using Microsoft.AspNetCore.Identity;

namespace Aupd.Portal.Passwords;

internal enum PasswordVerdict
{
    Correct,
    Wrong,
    /// <summary>Too many people are waiting; nothing was compared.</summary>
    Busy,
}

/// <summary>Makes and compares hashes through the gate, always one Argon2id per question: an account that is not there costs the same as
/// one that is.</summary>
internal sealed class PasswordHashing(HashGate gate, HashingSettings settings)
{
    private readonly Lazy<string> _decoy = new(() => Argon2id.Hash("nobody has this"u8, settings.Passes, settings.MemoryKiB));

    /// <summary>The hash of a password that the rules let pass; null when too many are waiting.</summary>
    public async Task<string?> HashAsync(string password, CancellationToken ct = default)
    {
        var bytes = Encoding.UTF8.GetBytes(PasswordRules.Prepare(password)
            ?? throw new ArgumentException("Not checked by the rules.", nameof(password)));
        return (await gate.RunAsync(() => Argon2id.Hash(bytes, settings.Passes, settings.MemoryKiB), ct)).Value;
    }

    /// <param name="hash">Null for an unknown account or one without a password: compared with a decoy, always wrong.</param>
    public async Task<PasswordVerdict> VerifyAsync(string? hash, string password, CancellationToken ct = default)
    {
        var prepared = PasswordRules.Prepare(password);
        var bytes = Encoding.UTF8.GetBytes(prepared ?? "");
        var result = await gate.RunAsync(() => Argon2id.Verify(hash ?? _decoy.Value, bytes), ct);
        return !result.Passed ? PasswordVerdict.Busy
            : result.Value && hash is not null && prepared is not null ? PasswordVerdict.Correct : PasswordVerdict.Wrong;
    }

    /// <summary>The settings have changed since this hash was made.</summary>
    public bool IsStale(string hash) => Argon2id.NeedsRehash(hash, settings.Passes, settings.MemoryKiB);
}

/// <summary>What Identity calls where it hashes by itself; our own code awaits <see cref="PasswordHashing"/> instead of blocking.</summary>
internal sealed class GatedPasswordHasher(PasswordHashing hashing) : IPasswordHasher<PortalAccount>
{
    public string HashPassword(PortalAccount user, string password) =>
        hashing.HashAsync(password).GetAwaiter().GetResult() ?? throw new TimeoutException("Too many passwords are waiting to be hashed.");

    public PasswordVerificationResult VerifyHashedPassword(PortalAccount user, string hashedPassword, string providedPassword) =>
        hashing.VerifyAsync(hashedPassword, providedPassword).GetAwaiter().GetResult() switch
        {
            PasswordVerdict.Correct => hashing.IsStale(hashedPassword) ? PasswordVerificationResult.SuccessRehashNeeded
                : PasswordVerificationResult.Success,
            PasswordVerdict.Wrong => PasswordVerificationResult.Failed,
            _ => throw new TimeoutException("Too many passwords are waiting to be hashed."),
        };
}
