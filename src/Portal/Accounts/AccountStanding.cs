using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Portal.Events;
using Aupd.Portal.Sessions;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.Accounts;

/// <summary>Closes an account, and opens it again. A closed one lets nobody in, its sessions and grants end; it keeps its identifiers, so that nobody gets
/// them. Opened again it has what it had, but for the sessions.</summary>
internal sealed class AccountStanding(
    UserManager<PortalAccount> accounts, AccountStore store, PortalSessions sessions, NpgsqlDataSource source, AuditTrail audit, FactLog facts, TimeProvider clock)
{
    // The events carry whole seconds, and the gateway goes by them: of two decisions within one second the later one is told a second later.
    private const string MomentSql = """
        update portal.account set standing_at = greatest(@now, date_trunc('second', coalesce(standing_at, disabled_at)) + interval '1 second') where id = @accountId
        returning standing_at
        """;

    /// <returns>False when there is no such account; true also when it was so before.</returns>
    public async Task<bool> DisableAsync(Guid accountId, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using var joined = store.Join(connection);
        if (await store.FindForChangeAsync(accountId, ct) is not { } account) return false;
        if (account.IsDisabled) return true;
        var at = await MomentAsync(connection, accountId, ct);
        account.DisabledAt = clock.GetUtcNow();
        await KeepAsync(account);
        await sessions.EndOthersAsync(connection, account, keep: null, actor, ct);
        // The gateway's sessions may have outlived those that began them here.
        await facts.AddAsync(connection, AccountDisabled.FactFor(accountId, at), ct);
        await audit.WriteAsync(connection, new AuditLine("portal.account-disabled", actor, accountId.ToString()), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <returns>False when there is no such account; true also when it was so before.</returns>
    public async Task<bool> EnableAsync(Guid accountId, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using var joined = store.Join(connection);
        if (await store.FindForChangeAsync(accountId, ct) is not { } account) return false;
        if (!account.IsDisabled) return true;
        var at = await MomentAsync(connection, accountId, ct);
        account.DisabledAt = null;
        await KeepAsync(account);
        await facts.AddAsync(connection, AccountEnabled.FactFor(accountId, at), ct);
        await audit.WriteAsync(connection, new AuditLine("portal.account-enabled", actor, accountId.ToString()), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private async Task<DateTimeOffset> MomentAsync(NpgsqlConnection connection, Guid accountId, CancellationToken ct) =>
        new(await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition(MomentSql, new { accountId, now = clock.GetUtcNow() }, cancellationToken: ct)), TimeSpan.Zero);

    // Another stamp too: nothing that was begun under the old standing goes on.
    private async Task KeepAsync(PortalAccount account)
    {
        var result = await accounts.UpdateSecurityStampAsync(account);
        if (!result.Succeeded) throw new InvalidOperationException($"Account {account.Id}: {result}");
    }
}
