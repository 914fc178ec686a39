using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Accounts;
using Aupd.Portal.Doors;
using Aupd.Portal.Messages;
using Dapper;
using Npgsql;

namespace Aupd.Portal.Confirmation;

/// <summary>The decision on a СНИЛС, whoever makes it. The person is told.</summary>
internal sealed class SnilsDecisions(
    AccountStore accounts, SetIdentifier set, TellPerson tell, NpgsqlDataSource source, Sealer sealer, AuditTrail audit, TimeProvider clock) : ISnilsDecisions
{
    private const string DeclineSql = """
        update portal.snils_request set decided_at = @now, decision = 'declined', decided_by = @actor
         where account_id = @accountId and snils_index = @index and decided_at is null
        """;

    private const string WaitingSql = $"""
        select {AccountRow.Columns}, asked_at from portal.account a
          join (select account_id, asked_at from portal.snils_request where decided_at is null) r on r.account_id = a.id
         where snils_state = 'entered' order by asked_at limit @most
        """;

    public async Task<SnilsDecisionOutcome> ConfirmAsync(Guid accountId, string actor, Snils judged, CancellationToken ct = default)
    {
        if (await accounts.FindAsync(accountId, ct) is not { } account) return new SnilsDecisionOutcome.NoAccount();
        if (judged != account.Snils) return new SnilsDecisionOutcome.NothingEntered();
        switch (await set.RunAsync(accountId, new IdentifierChange.SnilsConfirmed(judged), actor, ct))
        {
            case SetIdentifierOutcome.Unchanged: return new SnilsDecisionOutcome.Unchanged();
            case SetIdentifierOutcome.Taken: return new SnilsDecisionOutcome.ConfirmedForAnother();
            case SetIdentifierOutcome.NoAccount: return new SnilsDecisionOutcome.NoAccount();
            case SetIdentifierOutcome.NotTheOneEntered: return new SnilsDecisionOutcome.NothingEntered();
        }
        await tell.SnilsDecidedAsync(account, confirmed: true, ct);
        return new SnilsDecisionOutcome.Decided();
    }

    public async Task<SnilsDecisionOutcome> DeclineAsync(Guid accountId, string actor, Snils judged, CancellationToken ct = default)
    {
        if (await accounts.FindAsync(accountId, ct) is not { } account) return new SnilsDecisionOutcome.NoAccount();
        if (account.SnilsState != SnilsState.Entered || judged != account.Snils) return new SnilsDecisionOutcome.NothingEntered();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var declined = await connection.ExecuteAsync(new CommandDefinition(DeclineSql, new
        {
            accountId, actor, now = clock.GetUtcNow(), index = sealer.Index(Purpose.Snils, judged.Digits),
        }, cancellationToken: ct));
        if (declined == 0) return new SnilsDecisionOutcome.Unchanged();
        await audit.WriteAsync(connection, new AuditLine("portal.snils-declined", actor, accountId.ToString()), ct);
        await transaction.CommitAsync(ct);
        await connection.CloseAsync();
        await tell.SnilsDecidedAsync(account, confirmed: false, ct);
        return new SnilsDecisionOutcome.Decided();
    }

    public async Task<IReadOnlyList<WaitingSnils>> WaitingAsync(string actor, int most = 100, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<AccountRow, DateTime, WaitingSnils>(new CommandDefinition(WaitingSql, new { most }, cancellationToken: ct),
            (row, askedAt) =>
            {
                var account = row.Open(sealer);
                return new WaitingSnils(account.Id, account.Name, account.Snils!, new DateTimeOffset(askedAt, TimeSpan.Zero));
            }, splitOn: "asked_at");
        var waiting = rows.AsList();
        await audit.WriteAsync(connection, new AuditLine("portal.snils-requests-read", actor, Details: new { accounts = waiting.Select(w => w.AccountId) }), ct);
        return waiting;
    }
}
