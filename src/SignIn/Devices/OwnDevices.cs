using Aupd.Kernel.Audit;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Devices;

/// <summary>A person's own devices: the list, another name, unbinding, and the news of those that were copied. Ids of others are left alone.</summary>
internal sealed class OwnDevices(NpgsqlDataSource source, AuditTrail audit, TimeProvider clock)
{
    private const int PruneBatch = 5000;
    // As long as a person may be away on holidays and still learns that a device was copied.
    private static readonly TimeSpan KeepNews = TimeSpan.FromDays(90);

    private const string Columns = "id, account_id, name, role, service, kind, bound_at, seen_at, place, unbound_at, session_sid";
    private const string ListSql = $"select {Columns} from signin.device where account_id = @account and unbound_at is null and expires_at > @now order by seen_at desc, id limit 200";
    private const string NewsSql = $"""
        select {Columns} from signin.device where account_id = @account and unbound_why = 'copied' and told_at is null order by unbound_at desc, id limit 20
        """;
    private const string PutAwaySql = "update signin.device set told_at = @now where account_id = @account and unbound_why = 'copied' and told_at is null";
    private const string RenameSql = """
        update signin.device set name = @name where id = @id and account_id = @account and unbound_at is null and name <> @name returning id
        """;
    private const string UnbindSql = """
        update signin.device set unbound_at = @now, unbound_why = 'owner'
         where account_id = @account and (@id::uuid is null or id = @id::uuid) and unbound_at is null and expires_at > @now
        returning id
        """;
    private const string PruneSql = """
        delete from signin.device where id in (
            select id from signin.device where expires_at < @now or unbound_at < @before limit @PruneBatch for update skip locked)
        """;

    /// <summary>Bound now, the one used last first.</summary>
    internal Task<IReadOnlyList<Device>> OfAsync(Guid account, CancellationToken ct) => QueryAsync<Device>(ListSql, new { account, now = clock.GetUtcNow() }, ct);

    /// <summary>Unbound because somebody had a copy, and not put away yet.</summary>
    internal Task<IReadOnlyList<Device>> CopiedAsync(Guid account, CancellationToken ct) => QueryAsync<Device>(NewsSql, new { account }, ct);

    internal async Task PutAwayNewsAsync(Visitor visitor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(PutAwaySql, new { account = visitor.AccountId, now = clock.GetUtcNow() }, cancellationToken: ct));
    }

    /// <summary>False when there is no such device of the visitor's, or it is called so already.</summary>
    internal async Task<bool> RenameAsync(Visitor visitor, Guid id, string name, CancellationToken ct) =>
        await ChangeAsync(RenameSql, new { id, name, account = visitor.AccountId }, "signin.device-renamed", visitor, null, ct) > 0;

    /// <param name="id">Null: all of them.</param>
    /// <returns>How many went.</returns>
    internal Task<int> UnbindAsync(Visitor visitor, Guid? id, CancellationToken ct) =>
        ChangeAsync(UnbindSql, new { id, account = visitor.AccountId, now = clock.GetUtcNow() }, "signin.device-unbound", visitor, "owner", ct);

    /// <summary>What nobody can use or is to read any more goes.</summary>
    internal async Task<int> PruneAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var now = clock.GetUtcNow();
        var (removed, rows) = (0, PruneBatch);
        for (; rows == PruneBatch; removed += rows)
            rows = await connection.ExecuteAsync(new CommandDefinition(PruneSql, new { now, before = now - KeepNews, PruneBatch }, cancellationToken: ct));
        return removed;
    }

    private async Task<int> ChangeAsync(string sql, object values, string act, Visitor visitor, string? why, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var ids = (await connection.QueryAsync<Guid>(new CommandDefinition(sql, values, cancellationToken: ct))).AsList();
        foreach (var device in ids)
            await audit.WriteAsync(connection, new AuditLine(act, visitor.AccountId.ToString(), null, visitor.Trace, new { device, why }), ct);
        await transaction.CommitAsync(ct);
        return ids.Count;
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object values, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, values, cancellationToken: ct))).AsList();
    }
}
