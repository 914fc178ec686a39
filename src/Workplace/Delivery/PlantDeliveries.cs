using Dapper;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>Sees to it that everybody has a row for each target: also who was activated before the target was set up, or whose change was kept by a
/// node of the release before, which knows of one target alone.</summary>
internal sealed class PlantDeliveries(NpgsqlDataSource source, TimeProvider clock)
{
    private const int PageSize = 1000;

    private const string PlantSql = """
        with late as (
            select a.profile_id, a.version from workplace.account a
              left join workplace.delivery d on d.profile_id = a.profile_id and d.target = @target
             where a.desired is not null and (d.profile_id is null or d.version < a.version) order by a.profile_id limit @limit),
        planted as (
            insert into workplace.delivery as d (profile_id, target, version, due_at) select profile_id, @target, version, @now from late
            on conflict (target, profile_id) do update set version = excluded.version, due_at = excluded.due_at, attempts = 0, dead_at = null where d.version < excluded.version
            returning 1)
        select count(*)::int from planted
        """;

    /// <returns>How many were planted, over all targets.</returns>
    public async Task<int> RunAsync(IEnumerable<string> targets, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var planted = 0;
        foreach (var target in targets)
            for (int page; (page = await connection.ExecuteScalarAsync<int>(new CommandDefinition(PlantSql, new { target, limit = PageSize, now = clock.GetUtcNow() }, cancellationToken: ct))) > 0;)
                planted += page;
        return planted;
    }
}
