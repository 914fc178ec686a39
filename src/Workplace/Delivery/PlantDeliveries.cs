using Dapper;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>Sees to it that everybody has a row for each target: also who was activated before the target was set up, or whose change was kept by a
/// node of the release before, which knows of one target alone.</summary>
internal sealed class PlantDeliveries(NpgsqlDataSource source, TimeProvider clock)
{
    private const int PageSize = 5000;
    /// <summary>"wrk4".</summary>
    private const int LockClass = 0x77726B34;

    private const string LockSql = "select pg_try_advisory_xact_lock(@LockClass::int, hashtext(@target))";

    private const string PlantSql = """
        with page as materialized (
            select profile_id, version, desired is not null as is_wanted from workplace.account where profile_id > @after order by profile_id limit @PageSize),
        planted as (
            insert into workplace.delivery as d (profile_id, target, version, due_at)
            select p.profile_id, @target, p.version, @now from page p
              left join workplace.delivery had on had.profile_id = p.profile_id and had.target = @target
             where p.is_wanted and (had.profile_id is null or had.version < p.version) order by p.profile_id
            on conflict (target, profile_id) do update set version = excluded.version, due_at = excluded.due_at, attempts = 0, dead_at = null where d.version < excluded.version
            returning 1)
        select (select profile_id from page order by profile_id desc limit 1) as last, (select count(*)::int from planted) as planted
        """;

    /// <summary>Looks at everybody once, a page at a time; for one target one node does.</summary>
    /// <returns>How many were planted, over all targets.</returns>
    public async Task<int> RunAsync(IEnumerable<string> targets, CancellationToken ct)
    {
        var planted = 0;
        foreach (var target in targets) planted += await RunAsync(target, ct);
        return planted;
    }

    private async Task<int> RunAsync(string target, CancellationToken ct)
    {
        await using var guard = await source.OpenConnectionAsync(ct);
        await using var held = await guard.BeginTransactionAsync(ct);
        if (!await guard.ExecuteScalarAsync<bool>(new CommandDefinition(LockSql, new { LockClass, target }, cancellationToken: ct))) return 0;
        // Each page on its own: whoever changes what is desired waits for no other page.
        await using var connection = await source.OpenConnectionAsync(ct);
        var all = 0;
        for (Guid? after = Guid.Empty; after is not null;)
        {
            (after, var planted) = await connection.QuerySingleAsync<(Guid?, int)>(new CommandDefinition(PlantSql, new { target, after, PageSize, now = clock.GetUtcNow() }, cancellationToken: ct));
            all += planted;
        }
        return all;
    }
}
