using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Portal.Authentication;
using Aupd.Portal.Events;
using Aupd.Portal.FirstPasswords;
using Aupd.Portal.Passwords;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.Accounts;

internal abstract record ChangePasswordOutcome
{
    private ChangePasswordOutcome() { }
    internal sealed record Changed : ChangePasswordOutcome;
    internal sealed record OldIsWrong : ChangePasswordOutcome;
    /// <summary>Too many wrong old passwords.</summary>
    internal sealed record MustWait(TimeSpan For) : ChangePasswordOutcome;
    internal sealed record NewRefused(PasswordFault Fault) : ChangePasswordOutcome;
    /// <summary>The new one is the old one.</summary>
    internal sealed record SameAsOld : ChangePasswordOutcome;
    /// <summary>Too many people are waiting for a hash: 503 with Retry-After.</summary>
    internal sealed record Busy(TimeSpan RetryAfter) : ChangePasswordOutcome;
    internal sealed record NoAccount : ChangePasswordOutcome;
}

/// <summary>A person changes his password, proving the old one. Other sessions end; the page then calls
/// PortalSessions.RenewAsync.</summary>
internal sealed class ChangePassword(AccountStore store, PasswordTries tries, ReplacePassword replace, SchoolPasswordSettings school)
{
    public async Task<ChangePasswordOutcome> RunAsync(PortalSession session, string oldPassword, string newPassword,
        CancellationToken ct = default)
    {
        if (await store.FindAsync(session.AccountId, ct) is not { } account) return new ChangePasswordOutcome.NoAccount();
        if (PasswordRules.Check(newPassword, PasswordOwner.Of(account), school) is { } fault) return new ChangePasswordOutcome.NewRefused(fault);
        // Wrong old passwords count like those at sign-in, but per session: whoever found an open browser gets no more tries than a
        // stranger.
        var place = new TryPlace($"session {session.Id}", IsKnown: true);
        switch (await tries.TryAsync(account, account.Id.ToString(), oldPassword, place, ct))
        {
            case TryOutcome.Wrong: return new ChangePasswordOutcome.OldIsWrong();
            case TryOutcome.MustWait wait: return new ChangePasswordOutcome.MustWait(wait.For);
            case TryOutcome.Busy busy: return new ChangePasswordOutcome.Busy(busy.RetryAfter);
        }
        if (PasswordRules.Prepare(oldPassword) == PasswordRules.Prepare(newPassword)) return new ChangePasswordOutcome.SameAsOld();
        return await replace.RunAsync(account.Id, newPassword, keep: session.Id, actor: account.Id.ToString(), ct);
    }
}

/// <summary>Sets a password for someone who has proved otherwise that the account is his (recovery), or for whom an administrator
/// acts.</summary>
internal sealed class ReplacePassword(
    UserManager<PortalAccount> accounts, AccountStore store, PasswordHashing hashing, HashGate gate, PortalSessions sessions,
        NpgsqlDataSource source,
    FactLog facts, PasswordForSchool forSchool, SchoolPasswordSettings school, AuditTrail audit, TimeProvider clock)
{
    /// <param name="keep">The one session that goes on; null ends all.</param>
    public async Task<ChangePasswordOutcome> RunAsync(Guid accountId, string newPassword, Guid? keep, string actor,
        CancellationToken ct = default)
    {
        if (await store.FindAsync(accountId, ct) is not { } account) return new ChangePasswordOutcome.NoAccount();
        if (PasswordRules.Check(newPassword, PasswordOwner.Of(account), school) is { } fault) return new ChangePasswordOutcome.NewRefused(fault);
        // Hashed before the transaction: nobody waits for a hash with a connection in his hand.
        if (await hashing.HashAsync(newPassword, ct) is not { } hash) return new ChangePasswordOutcome.Busy(gate.RetryAfter);
        await WriteAsync(accountId, hash, newPassword, keep, actor, first: null, ct);
        return new ChangePasswordOutcome.Changed();
    }

    /// <summary>A password that another has asked for, to be replaced at the next sign-in: ends every session. SameAsOld when this very order has
    /// been carried out meanwhile.</summary>
    public async Task<ChangePasswordOutcome> ByFirstAsync(Guid accountId, string firstPassword, FirstPasswordOrder order, string actor, CancellationToken ct)
    {
        if (await hashing.HashAsync(firstPassword, ct) is not { } hash) return new ChangePasswordOutcome.Busy(gate.RetryAfter);
        return await WriteAsync(accountId, hash, firstPassword, keep: null, actor, order, ct) ? new ChangePasswordOutcome.Changed() : new ChangePasswordOutcome.SameAsOld();
    }

    private async Task<bool> WriteAsync(Guid accountId, string hash, string password, Guid? keep, string actor, FirstPasswordOrder? first, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using var joined = store.Join(connection);
        var account = await store.FindForChangeAsync(accountId, ct) ?? throw new InvalidOperationException($"Account {accountId} is gone.");
        var now = clock.GetUtcNow();
        if (first is null) await FirstPasswordRows.EndAsync(connection, accountId, now, ct);
        // The row is locked: repetitions of one order come one after another.
        else if (await FirstPasswordRows.StateAsync(connection, accountId, first.Id, ct) != OrderState.Unknown) return false;
        else await FirstPasswordRows.SetAsync(connection, accountId, first.Id, now, ct);
        account.PasswordHash = hash;
        var result = await accounts.UpdateSecurityStampAsync(account);
        if (!result.Succeeded) throw new InvalidOperationException($"Account {accountId}: {result}");
        await sessions.EndOthersAsync(connection, account, keep, actor, ct);
        var change = new CredentialChanged(accountId, Guid.CreateVersion7(now), now, Change: first is null ? CredentialChanged.Updated : CredentialChanged.Revoked, Version: account.Version);
        await facts.AddAsync(connection, new Fact(CredentialChanged.Topic, accountId.ToString(), change), ct);
        // A first password opens one page of ours, and no computer.
        if (first is null) await forSchool.KeepAsync(connection, accountId, change.ChangeId, PasswordRules.Prepare(password)!, ct);
        await audit.WriteAsync(connection, new AuditLine(first is null ? "portal.password-changed" : "portal.first-password-set", actor, accountId.ToString(),
            Details: first is null ? null : new { first.By }), ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
