using Aupd.Kernel.Audit;
using Aupd.Portal.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

internal sealed class Administrators(NpgsqlDataSource source, AuditTrail audit, TimeProvider clock) : IAdministrators
{
    private const string MarkSql = """
        insert into portal.administrator (account_id, since, marked_by) select id, @now, @actor from portal.account where id = @accountId
        on conflict (account_id) do update set account_id = excluded.account_id returning since = @now
        """;

    private const string UnmarkSql = "delete from portal.administrator where account_id = @accountId";

    public async Task<bool> MarkAsync(Guid accountId, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var isNew = await connection.ExecuteScalarAsync<bool?>(new CommandDefinition(MarkSql, new { accountId, now = clock.GetUtcNow(), actor }, cancellationToken: ct));
        if (isNew is null) return false;
        if (isNew.Value) await audit.WriteAsync(connection, new AuditLine("portal.administrator-marked", actor, accountId.ToString()), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    public async Task<bool> UnmarkAsync(Guid accountId, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteAsync(new CommandDefinition(UnmarkSql, new { accountId }, cancellationToken: ct)) == 0) return false;
        await audit.WriteAsync(connection, new AuditLine("portal.administrator-unmarked", actor, accountId.ToString()), ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
