using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Portal.Events;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.Accounts;

/// <summary>Nobody signs in to the account any more; its sessions and grants end. It keeps its identifiers, so that nobody gets
/// them.</summary>
internal sealed class DisableAccount(
    UserManager<PortalAccount> accounts, AccountStore store, PortalSessions sessions, NpgsqlDataSource source, AuditTrail audit,
        FactLog facts, TimeProvider clock)
{
    /// <returns>False when there is no such account; true also when it was disabled before.</returns>
    public async Task<bool> RunAsync(Guid accountId, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using var joined = store.Join(connection);
        if (await store.FindForChangeAsync(accountId, ct) is not { } account) return false;
        if (account.IsDisabled) return true;
        account.DisabledAt = clock.GetUtcNow();
        var result = await accounts.UpdateSecurityStampAsync(account);
        if (!result.Succeeded) throw new InvalidOperationException($"Account {accountId}: {result}");
        await sessions.EndOthersAsync(connection, account, keep: null, actor, ct);
        // The gateway's sessions may have outlived those that began them here.
        await facts.AddAsync(connection, AccountDisabled.FactFor(accountId, clock.GetUtcNow()), ct);
        await audit.WriteAsync(connection, new AuditLine("portal.account-disabled", actor, accountId.ToString()), ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
