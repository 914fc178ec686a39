using Aupd.Kernel.Facts;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Accounts;
using Dapper;
using Npgsql;

namespace Aupd.Portal.Confirmation;

/// <summary>A СНИЛС was typed in and waits for a decision.</summary>
internal sealed record SnilsEntered(Guid AccountId)
{
    public const string Topic = "portal.snils-entered";
}

/// <summary>Keeps the request beside the state of the СНИЛС, in the transaction that changes it: entered asks, confirmed answers, absent forgets.</summary>
internal sealed class SnilsRequests(NpgsqlDataSource source, Sealer sealer, FactLog facts, TimeProvider clock)
{
    private const string AskSql = """
        insert into portal.snils_request (account_id, snils_index, asked_at) values (@id, @index, @now)
        on conflict (account_id) do update set snils_index = @index, asked_at = @now, decided_at = null, decision = null, decided_by = null
        """;

    private const string ConfirmedSql = """
        update portal.snils_request set decided_at = @now, decision = 'confirmed', decided_by = @actor where account_id = @id
        """;

    private const string ForgetSql = "delete from portal.snils_request where account_id = @id";

    private const string DeclinedSql = "select exists (select from portal.snils_request where account_id = @accountId and decision = 'declined')";

    public async Task<bool> WasDeclinedAsync(Guid accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(DeclinedSql, new { accountId }, cancellationToken: ct));
    }

    /// <summary>The same number once more, after it was declined.</summary>
    public async Task AskAgainAsync(PortalAccount account, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await FollowAsync(connection, account, actor, ct);
        await transaction.CommitAsync(ct);
    }

    public async Task FollowAsync(NpgsqlConnection connection, PortalAccount account, string actor, CancellationToken ct)
    {
        var sql = account.SnilsState switch { SnilsState.Entered => AskSql, SnilsState.Confirmed => ConfirmedSql, _ => ForgetSql };
        await connection.ExecuteAsync(new CommandDefinition(sql, new
        {
            id = account.Id, index = AccountRow.Index(sealer, Purpose.Snils, account.Snils?.Digits), now = clock.GetUtcNow(), actor,
        }, cancellationToken: ct));
        if (account.SnilsState == SnilsState.Entered)
            await facts.AddAsync(connection, new Fact(SnilsEntered.Topic, account.Id.ToString(), new SnilsEntered(account.Id)), ct);
    }
}
