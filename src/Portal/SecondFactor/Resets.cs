using Aupd.Kernel.Audit;
using Aupd.Portal.Accounts;
using Aupd.Portal.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

/// <summary>Keeps the decisions to let someone in without a lost second factor, and carries them out.</summary>
internal sealed class Resets(AccountStore accounts, ChangeFactor change, FactorMessages messages, NpgsqlDataSource source, AuditTrail audit,
    SecondFactorSettings settings, TimeProvider clock) : ISecondFactorResets
{
    // Asked twice while it waits or holds, it is one decision: the wait does not begin anew, and is not shortened either.
    private const string AllowSql = """
        insert into portal.factor_reset (account_id, asked_at, asked_by, due_at, open_until) values (@accountId, @now, @actor, @due, @until)
        on conflict (account_id) do update set asked_at = @now, asked_by = @actor, due_at = @due, open_until = @until
         where portal.factor_reset.open_until <= @now
        """;

    private const string ReadSql = "select due_at as due, open_until as until from portal.factor_reset where account_id = @accountId";

    private const string CancelSql = "delete from portal.factor_reset where account_id = @accountId and open_until > @now";

    private const string TakeSql = "delete from portal.factor_reset where account_id = @accountId and due_at <= @now and open_until > @now";

    private sealed record Row(DateTime Due, DateTime Until);

    public async Task<ResetOutcome> AllowAsync(Guid accountId, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await accounts.FindAsync(accountId, ct) is not { IsDisabled: false } account || !(await Factors.OfAsync(connection, accountId, ct)).Any)
            return new ResetOutcome.NothingToReset();
        var now = clock.GetUtcNow();
        var due = now.AddHours(settings.ResetWaitHours);
        var isNew = await connection.ExecuteAsync(new CommandDefinition(AllowSql,
            new { accountId, now, actor, due, until = due.AddDays(settings.ResetOpenDays) }, cancellationToken: ct)) == 1;
        if (isNew)
        {
            await audit.WriteAsync(connection, new AuditLine("portal.second-factor-reset-allowed", actor, accountId.ToString()), ct);
            await messages.TellAsync(connection, account, FactorNews.ResetAsked, ct);
        }
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition(ReadSql, new { accountId }, cancellationToken: ct));
        await transaction.CommitAsync(ct);
        return new ResetOutcome.Waiting(new DateTimeOffset(row.Due, TimeSpan.Zero), new DateTimeOffset(row.Until, TimeSpan.Zero));
    }

    public async Task<ResetOutcome> CancelAsync(Guid accountId, string actor, CancellationToken ct = default)
    {
        if (await accounts.FindAsync(accountId, ct) is not { } account) return new ResetOutcome.NothingToReset();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteAsync(new CommandDefinition(CancelSql, new { accountId, now = clock.GetUtcNow() }, cancellationToken: ct)) == 0)
            return new ResetOutcome.Unchanged();
        await audit.WriteAsync(connection, new AuditLine("portal.second-factor-reset-cancelled", actor, accountId.ToString()), ct);
        await messages.TellAsync(connection, account, FactorNews.ResetCancelled, ct);
        await transaction.CommitAsync(ct);
        return new ResetOutcome.Cancelled();
    }

    /// <summary>The password was right and the wait is over: what was lost is removed. False when the decision is gone by now.</summary>
    public async Task<bool> CarryOutAsync(Guid accountId, CancellationToken ct)
    {
        await using (var connection = await source.OpenConnectionAsync(ct))
            if (await connection.ExecuteAsync(new CommandDefinition(TakeSql, new { accountId, now = clock.GetUtcNow() }, cancellationToken: ct)) == 0)
                return false;
        return await change.RunAsync(accountId, new FactorChange.RemoveAll(), accountId.ToString(), ct) is ChangeFactorOutcome.Done;
    }
}
