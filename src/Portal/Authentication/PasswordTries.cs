using Aupd.Portal.Accounts;
using Aupd.Portal.Passwords;
using Microsoft.AspNetCore.Identity;

namespace Aupd.Portal.Authentication;

/// <summary>Where a password is tried from.</summary>
/// <param name="Name">A network, a device or a client; wrong passwords for one account are counted per place.</param>
/// <param name="IsKnown">The person has proved who he is from here before: strangers' tries elsewhere do not count against him.</param>
/// <param name="Network">What the place is a part of, where tries for all accounts together are counted; null: the place itself.</param>
internal sealed record TryPlace(string Name, bool IsKnown, string? Network = null);

internal abstract record TryOutcome
{
    private TryOutcome() { }
    internal sealed record Correct : TryOutcome;
    internal sealed record Wrong : TryOutcome;
    /// <summary>Too many tries; nothing was compared.</summary>
    internal sealed record MustWait(TimeSpan For) : TryOutcome;
    /// <summary>Too many people are waiting for a hash; nothing was compared or counted.</summary>
    internal sealed record Busy(TimeSpan RetryAfter) : TryOutcome;
}

/// <summary>Compares a password and counts the tries, the same way for an account that is there and one that is not.</summary>
internal sealed class PasswordTries(
    PasswordHashing hashing, HashGate gate, UserManager<PortalAccount> accounts, AccountStore store, TryCounter counter)
{
    /// <param name="key">The account's id; for an unknown account what was typed, in one spelling.</param>
    public async Task<TryOutcome> TryAsync(PortalAccount? account, string key, string password, TryPlace place,
        CancellationToken ct = default)
    {
        var counted = await counter.CountAsync(key, place, ct);
        if (counted.Wait is { } wait) return new TryOutcome.MustWait(wait);
        switch (await hashing.VerifyAsync(account?.PasswordHash, password, ct))
        {
            case PasswordVerdict.Busy:
                await counter.GiveBackAsync(counted, all: false, ct);
                return new TryOutcome.Busy(gate.RetryAfter);
            case PasswordVerdict.Wrong:
                return new TryOutcome.Wrong();
            default:
                await counter.GiveBackAsync(counted, all: true, ct);
                await RehashIfStaleAsync(account!, password, ct);
                return new TryOutcome.Correct();
        }
    }

    // Only here is the password in hand. A person in a crowd is not kept waiting for it: the next sign-in will do.
    private async Task RehashIfStaleAsync(PortalAccount account, string password, CancellationToken ct)
    {
        if (account.PasswordHash is not { } old || !hashing.IsStale(old) || await hashing.HashAsync(password, ct) is not { } fresh) return;
        account.PasswordHash = fresh;
        var result = await accounts.UpdateAsync(account);
        // Someone changed the account meanwhile: his change stands, and this one is made at the next sign-in.
        if (!result.Succeeded && await store.FindAsync(account.Id, ct) is { } current) (account.PasswordHash, account.Version) =
            (current.PasswordHash, current.Version);
    }
}
