using System.Text.Json;
using Aupd.Kernel.Secrets;
using Aupd.SignIn.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.People;

/// <summary>Reads anew what is so of people and keeps what every target should say of them. However facts race or are repeated, the row ends with
/// the newest state: it is locked before the state is read.</summary>
internal sealed class RefreshPeople(NpgsqlDataSource source, IActivatedPeople people, IEnumerable<Delivery.DeliveryTarget> targets, Sealer sealer, TimeProvider clock)
{
    private const string PlantSql = """
        insert into workplace.account (profile_id, subject, login)
        select * from unnest(@profiles::uuid[], @subjects::text[], @logins::text[]) as p (profile_id, subject, login) order by profile_id
        on conflict do nothing
        """;

    private const string LockSql = "select subject from workplace.account where subject = any (@subjects) order by profile_id for update";

    // A change begins the work anew, also where it had been given up or waits for a person. Who returns is no leaver any more.
    private const string KeepSql = """
        with changed as (
            update workplace.account a set login = n.login, desired = n.desired, version = a.version + 1,
                   left_at = case when n.active then null else coalesce(a.left_at, @now) end
              from unnest(@subjects::text[], @logins::text[], @desired::jsonb[], @active::boolean[]) as n (subject, login, desired, active)
             where a.subject = n.subject and a.desired is distinct from n.desired
            returning a.profile_id, a.version),
        due as (
            insert into workplace.delivery (profile_id, target, version, due_at)
            select c.profile_id, t.target, c.version, @now from changed c cross join unnest(@targets::text[]) as t (target)
            on conflict (target, profile_id) do update set version = excluded.version, due_at = excluded.due_at, attempts = 0, dead_at = null)
        select count(*)::int from changed
        """;

    private const string WakeSql = $"select pg_notify('{Delivery.DeliveryWorker.Channel}', '')";

    /// <returns>How many are to be told to the targets.</returns>
    public async Task<int> RunAsync(IReadOnlyCollection<string> subjects, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var known = await people.OfAsync(connection, subjects, ct);
        if (known.Count == 0) return 0;
        await connection.ExecuteAsync(new CommandDefinition(PlantSql, new
        {
            profiles = known.Select(p => p.ProfileId).ToArray(), subjects = known.Select(p => p.Subject).ToArray(), logins = known.Select(p => p.Login).ToArray(),
        }, cancellationToken: ct));
        var mine = (await connection.QueryAsync<string>(new CommandDefinition(LockSql, new { subjects = known.Select(p => p.Subject).ToArray() }, cancellationToken: ct))).AsList();
        var now = (await people.OfAsync(connection, mine, ct)).Select(p => (p.Subject, Desired: DesiredAccount.Of(p, sealer))).ToList();
        var changed = await connection.ExecuteScalarAsync<int>(new CommandDefinition(KeepSql, new
        {
            subjects = now.ConvertAll(p => p.Subject).ToArray(), logins = now.ConvertAll(p => p.Desired.Login).ToArray(),
            desired = now.ConvertAll(p => JsonSerializer.Serialize(p.Desired, JsonSerializerOptions.Web)).ToArray(),
            active = now.ConvertAll(p => p.Desired.IsActive).ToArray(), now = clock.GetUtcNow(), targets = targets.Where(t => t.IsConfigured).Select(t => t.Name).ToArray(),
        }, cancellationToken: ct));
        if (changed > 0) await connection.ExecuteAsync(new CommandDefinition(WakeSql, cancellationToken: ct));
        await transaction.CommitAsync(ct);
        return changed;
    }

    /// <summary>Everyone, a page at a time: for a directory that was set up after people had been activated.</summary>
    public async Task<int> AllAsync(CancellationToken ct)
    {
        const int PageSize = 500;
        var (after, changed) = ("", 0);
        while (await people.SubjectsAsync(after, PageSize, ct) is { Count: > 0 } page)
        {
            changed += await RunAsync(page, ct);
            after = page[^1];
        }
        return changed;
    }
}
