using Aupd.Registries.Doors;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family;

/// <summary>One order to the portal for a child's account.</summary>
internal sealed record ChildOrder
{
    internal const string Account = "account", Password = "password";

    public Guid Id { get; init; }
    public string Kind { get; init; } = "";
    public string PupilRecordId { get; init; } = "";
    public Guid AccountId { get; init; }
    public string Sid { get; init; } = "";
    public DateTimeOffset OrderedAt { get; init; }
    public string? Subject { get; init; }
    public DateTimeOffset? DoneAt { get; init; }
    public DateTimeOffset? PutAwayAt { get; init; }
    public DateTimeOffset? ReplacedAt { get; init; }
}

/// <summary>Keeps the orders; they hold no password.</summary>
internal sealed class ChildOrders(NpgsqlDataSource source, TimeProvider clock)
{
    private const string Columns = "id, kind, pupil_record_id, account_id, sid, ordered_at, subject, done_at, put_away_at, replaced_at";

    // One account order per child, one row per order: whoever comes later finds the row that is there.
    private const string PlaceSql = """
        insert into signin.child_order (id, kind, pupil_record_id, account_id, sid, ordered_at) values (@id, @kind, @record, @accountId, @sid, @now)
        on conflict do nothing
        """;

    // The one that is done first: records that were two children's once may be known to be one child's now.
    private const string OfChildSql = $"""
        select {Columns} from signin.child_order where pupil_record_id = any(@records::text[]) and kind = 'account' order by done_at nulls last, ordered_at limit 1
        """;
    private const string FindSql = $"select {Columns} from signin.child_order where id = @id";

    // Check and mark at once: of racing requests one has done it, and the sheet is this one's to see.
    internal const string DoneSql = """
        update signin.child_order set subject = @subject, done_at = @now, account_id = @accountId, sid = @sid where id = @id and done_at is null
        """;

    private const string DropSql = "delete from signin.child_order where id = @id and done_at is null";
    private const string PutAwaySql = "update signin.child_order set put_away_at = @now where id = @id and account_id = @accountId and put_away_at is null";
    private const string ReplacedSql = "update signin.child_order set replaced_at = @at where subject = @subject and replaced_at is null";

    private const string UnusedSql = "select distinct subject from signin.child_order where subject = any(@subjects::text[]) and done_at is not null and replaced_at is null";

    /// <summary>The account order of the child: this guardian's new one, or the one that is there.</summary>
    internal async Task<ChildOrder?> PlaceForAccountAsync(Visitor guardian, ChildRecord child, CancellationToken ct)
    {
        await PlaceAsync(guardian, Guid.CreateVersion7(clock.GetUtcNow()), ChildOrder.Account, child.ChildId, ct);
        return await OfChildAsync(child, ct);
    }

    internal async Task<ChildOrder?> OfChildAsync(ChildRecord child, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<ChildOrder>(new CommandDefinition(OfChildSql, new { records = child.Records.ToArray() }, cancellationToken: ct));
    }

    /// <summary>The password order of this id: a new one, or the same that was placed before; null when the id is another order's.</summary>
    internal async Task<ChildOrder?> PlaceForPasswordAsync(Visitor guardian, Guid id, string record, CancellationToken ct)
    {
        await PlaceAsync(guardian, id, ChildOrder.Password, record, ct);
        return await FindAsync(id, ct) is { Kind: ChildOrder.Password } order && order.AccountId == guardian.AccountId && order.PupilRecordId == record ? order : null;
    }

    internal async Task<ChildOrder?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<ChildOrder>(new CommandDefinition(FindSql, new { id }, cancellationToken: ct));
    }

    /// <summary>The portal has refused it for good.</summary>
    internal Task DropAsync(Guid id, CancellationToken ct) => RunAsync(DropSql, new { id }, ct);

    internal Task PutAwayAsync(Visitor guardian, Guid id, CancellationToken ct) => RunAsync(PutAwaySql, new { id, guardian.AccountId, now = clock.GetUtcNow() }, ct);

    /// <summary>The portal tells that the person has chosen a password.</summary>
    internal Task ReplacedAsync(string subject, DateTimeOffset at, CancellationToken ct) => RunAsync(ReplacedSql, new { subject, at }, ct);

    /// <summary>Those of the accounts whose first password nobody has replaced yet; one round trip.</summary>
    internal async Task<IReadOnlySet<string>> UnusedAsync(IEnumerable<string> subjects, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<string>(new CommandDefinition(UnusedSql, new { subjects = subjects.ToArray() }, cancellationToken: ct))).ToHashSet(StringComparer.Ordinal);
    }

    private Task PlaceAsync(Visitor guardian, Guid id, string kind, string record, CancellationToken ct) =>
        RunAsync(PlaceSql, new { id, kind, record, guardian.AccountId, guardian.Sid, now = clock.GetUtcNow() }, ct);

    private async Task RunAsync(string sql, object values, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(sql, values, cancellationToken: ct));
    }
}
