using Aupd.Registries.Accounts;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Rematching;

/// <summary>Marks the accounts that an import or a new day concerns for a new comparison. Each is spread once, in one transaction.</summary>
internal sealed class SpreadChanges(NpgsqlDataSource source, TimeProvider clock, RegionDay region)
{
    private const string NextSql = "select no from registries.import where spread_at is null order by no limit 1 for update skip locked";

    // A changed record concerns whoever it fits now or fitted before, by name or by identifier, and the other side of its card.
    private const string SpreadSql = """
        insert into registries.touched_account (account_id, touched_at)
        with changed as materialized (
            select record_id, name_key, identifiers from registries.staff_record where import_no = @no
            union all
            select record_id, name_key, identifiers from registries.pupil_record where import_no = @no
            union all
            select record_id, name_key, identifiers from registries.guardian_record where import_no = @no
            union all
            select g.record_id, g.name_key, g.identifiers from registries.guardian_record g
             where g.pupil_record_id in (select p.record_id from registries.pupil_record p where p.import_no = @no) and g.import_no <> @no
            union all
            select p.record_id, p.name_key, p.identifiers from registries.pupil_record p
             where p.record_id in (select g.pupil_record_id from registries.guardian_record g where g.import_no = @no) and p.import_no <> @no
            union all
            select record_id, name_key, identifiers from registries.departed_record where import_no = @no
            union all
            select p.record_id, p.name_key, p.identifiers from registries.pupil_record p
             where p.record_id in (select d.pupil_record_id from registries.departed_record d where d.import_no = @no) and p.import_no <> @no
        )
        select t.account_id, @now from (
            select a.account_id from registries.account a where a.name_key in (select name_key from changed)
            union
            select x.account_id from registries.account_identifier x where x.identifier in (select unnest(identifiers) from changed)
            union
            select a.account_id from registries.account a where a.made_from_record_id in (select record_id from changed)
        ) t
        """;

    private const string SpentSql = """
        delete from registries.departed_record where import_no = @no;
        update registries.import set spread_at = @now where no = @no
        """;

    private const string DaySql = "select day < @today from registries.swept_day for update skip locked";

    // A first or a last working day lies between the day of the last look and today. Both days belong to the work.
    private const string TermsSql = """
        insert into registries.touched_account (account_id, touched_at)
        with changed as materialized (
            select s.name_key, s.identifiers from registries.staff_record s cross join registries.swept_day d
             where s.start_date > d.day and s.start_date <= @today or s.end_date >= d.day and s.end_date < @today
        )
        select t.account_id, @now from (
            select a.account_id from registries.account a where a.name_key in (select name_key from changed)
            union
            select x.account_id from registries.account_identifier x where x.identifier in (select unnest(identifiers) from changed)
        ) t;
        update registries.swept_day set day = @today
        """;

    /// <summary>Spreads one import; false where none waits.</summary>
    public async Task<bool> NextImportAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteScalarAsync<long?>(new CommandDefinition(NextSql, cancellationToken: ct)) is not { } no) return false;
        // An account that was being compared with the old state while the import was applied must be in sight.
        await NameLocks.WaitForPassedAsync(source, ct);
        var parameters = new { no, now = clock.GetUtcNow() };
        await connection.ExecuteAsync(new CommandDefinition("set local work_mem = '256MB'", cancellationToken: ct));
        if (await AreThereAccountsAsync(connection, ct)) await RunAsync(connection, SpreadSql, parameters, ct);
        await RunAsync(connection, SpentSql, parameters, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Spreads a new day in the region; false where that has been done.</summary>
    public async Task<bool> NewDayAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var today = region.Today;
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(DaySql, new { today }, cancellationToken: ct))) return false;
        await NameLocks.WaitForPassedAsync(source, ct);
        await RunAsync(connection, TermsSql, new { today, now = clock.GetUtcNow() }, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static Task RunAsync(NpgsqlConnection connection, string sql, object parameters, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, commandTimeout: 0, cancellationToken: ct));

    private static Task<bool> AreThereAccountsAsync(NpgsqlConnection connection, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select 1 from registries.account)", cancellationToken: ct));
}
