using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Doors;
using Aupd.Workplace.People;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Delivery;

internal sealed class WorkplaceAccounts(
    NpgsqlDataSource source, RefreshPeople refresh, FindTwins twins, DirectorySettings settings, TrustedFolder trusted, AuditTrail audit, TimeProvider clock) : IWorkplaceAccounts
{
    private const string CountsSql = """
        select count(*) filter (where dead_at is null and conflict is null and delivered_version = version)::int as in_order,
               count(*) filter (where dead_at is null and conflict is null and delivered_version < version)::int as waiting,
               count(*) filter (where dead_at is not null)::int as dead, count(*) filter (where conflict is not null)::int as conflicts,
               count(*) filter (where left_at is not null)::int as "left"
          from workplace.account
        """;

    private const string ConflictsSql = """
        select login, profile_id, conflict_at, conflict::text as conflict from workplace.account where conflict_at is not null order by conflict_at, login limit @limit
        """;

    private const string DeadSql = """
        select login, profile_id, dead_at as since, coalesce(last_error, '') as error from workplace.account where dead_at is not null order by dead_at, login limit @limit
        """;

    private const string ReplaySql = $"""
        with again as (
            update workplace.account set due_at = @now, attempts = 0, dead_at = null
             where lower(login) = lower(@login) or @login::text is null and (dead_at is not null or conflict_at is not null)
            returning 1), woken as (select pg_notify('{DeliveryWorker.Channel}', ''))
        select count(*)::int from again, woken
        """;

    private const string AdoptSql = $"""
        with adopted as (
            update workplace.account set due_at = @now, attempts = 0, dead_at = null, claimed_object_id = (conflict ->> 'objectId')::uuid
             where lower(login) = lower(@login) and conflict ->> 'objectId' is not null
            returning profile_id), woken as (select pg_notify('{DeliveryWorker.Channel}', ''))
        select profile_id from adopted, woken
        """;

    private sealed record ConflictRow
    {
        public string Login { get; init; } = "";
        public Guid ProfileId { get; init; }
        public DateTimeOffset ConflictAt { get; init; }
        public string Conflict { get; init; } = "";
    }

    public async Task<WorkplaceCounts> CountsAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<WorkplaceCounts>(new CommandDefinition(CountsSql, cancellationToken: ct));
    }

    public async Task<IReadOnlyList<ConflictLine>> ConflictsAsync(int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<ConflictRow>(new CommandDefinition(ConflictsSql, new { limit }, cancellationToken: ct));
        return rows.Select(r =>
        {
            var conflict = JsonSerializer.Deserialize<DirectoryConflict>(r.Conflict, JsonSerializerOptions.Web)!;
            return new ConflictLine(r.Login, r.ProfileId, r.ConflictAt, conflict.Reason, ConflictReason.Sentence(conflict.Reason), conflict.EntryName);
        }).ToList();
    }

    public async Task<IReadOnlyList<DeadLine>> DeadAsync(int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<DeadRow>(new CommandDefinition(DeadSql, new { limit }, cancellationToken: ct)))
            .Select(r => new DeadLine(r.Login, r.ProfileId, r.Since, r.Error)).ToList();
    }

    private sealed record DeadRow
    {
        public string Login { get; init; } = "";
        public Guid ProfileId { get; init; }
        public DateTimeOffset Since { get; init; }
        public string Error { get; init; } = "";
    }

    public async Task<int> ReplayAsync(string? login, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var count = await connection.ExecuteScalarAsync<int>(new CommandDefinition(ReplaySql, new { login, now = clock.GetUtcNow() }, cancellationToken: ct));
        if (count > 0) await audit.WriteAsync(connection, new AuditLine("workplace.replayed", actor, null, null, new { count }), ct);
        await transaction.CommitAsync(ct);
        return count;
    }

    public async Task<bool> AdoptAsync(string login, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var profileId = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(AdoptSql, new { login, now = clock.GetUtcNow() }, cancellationToken: ct));
        if (profileId is null) return false;
        await audit.WriteAsync(connection, new AuditLine("workplace.adoption-decided", actor, profileId.ToString()), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    public Task<int> RefreshAsync(CancellationToken ct) => refresh.AllAsync(ct);

    public IAsyncEnumerable<TwinGroup> TwinsAsync(CancellationToken ct) => twins.RunAsync(ct);

    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken ct) => Task.Run<IReadOnlyList<string>>(() =>
    {
        if (!settings.IsConfigured) throw new DirectoryUnusableException("No directory is configured: see Workplace:Directory:Server.");
        try
        {
            using var link = DirectoryLink.Open(settings, trusted);
            if (link.Read(link.Base, "objectClass") is null) throw new DirectoryUnusableException($"There is no {link.Base}: see Workplace:Directory:BaseName.");
            return [$"The certificate of {settings.Server}:{settings.Port} is believed.", $"{settings.BindName} is let in.", $"People are searched for below {link.Base}."];
        }
        catch (DirectoryAwayException e) { throw new DirectoryUnusableException(e.Message, e); }
        catch (DirectoryRefusalException e) { throw new DirectoryUnusableException($"The directory refused: {e.Message}", e); }
    }, ct);
}
