using System.Diagnostics;
using Npgsql;

namespace Aupd.Bench.Provider;

/// <summary>Fills the tables of sessions, grants and refresh tokens with as many rows as a region has, so that the operations are measured among
/// them. The rows are well-formed, their people do not exist outside of these tables.</summary>
internal static class FillTables
{
    private const long Chunk = 500_000;

    private const string AccountsSql = """
        insert into signin.account (id, issuer, subject, last_name, first_name, seen_at)
        select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'http://bench', 'bench-' || n, 'Заполнев', 'Иван', now()
          from generate_series($1::bigint, $2::bigint) n
        """;

    private const string ProfilesSql = """
        insert into signin.profile (id, account_id, created_at)
        select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now()
          from generate_series($1::bigint, $2::bigint) n
        """;

    // Three sessions a person, begun over the last days, used over the last hours.
    private const string SessionsSql = """
        insert into signin.session (id_hash, sid, account_id, created_at, authenticated_at, seen_at, idle_until, expires_at, methods, active_role, roles_used,
               device, trace)
        select sha256(('cookie' || n)::bytea), md5('sid' || n), ('00000000-0000-7000-8000-' || lpad(to_hex(n / 3), 12, '0'))::uuid, now() - n % 72 * interval '1 hour',
               now() - n % 72 * interval '1 hour', now() - n % 200 * interval '1 minute', now() + interval '1 day' + n % 240 * interval '1 minute',
               now() + interval '2 days' + n % 72 * interval '1 hour', '{pwd}', 'guardian', '{guardian}', 'Firefox, Windows', '1234567890'
          from generate_series($1::bigint, $2::bigint) n
        """;

    // A refresh token is a state of its grant; three services a session have one.
    private const string TokensSql = """
        insert into openid.client_grant (id, provider, client_id, subject, session_id, context, scopes, offline, authenticated_at, methods, granted_at, expires_at,
               refresh_hashes)
        select ('00000000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid, 'school', 'bench', '00000000-0000-7000-9000-' || lpad(to_hex(n / 9), 12, '0'),
               md5('sid' || n / 3), 'guardian', '{openid,profile}', false, now() - interval '1 day', '{pwd}', now() - interval '1 day', date_trunc('second', now()) + n % 90 * interval '1 day',
               array[sha256(('token' || n)::bytea)]
          from generate_series($1::bigint, $2::bigint) n
        """;

    // What the database would do on the side while it is filled is done once, at the end: it must not be measured with the operations.
    private static readonly string[] Quickly =
    [
        "alter system set max_wal_size = '24GB'", "alter system set checkpoint_timeout = '1h'", "alter system set autovacuum = off", "select pg_reload_conf()",
    ];

    private static readonly string[] AsUsual =
    [
        // As if they had been granted over the last days: what services received of these people is gathered already.
        "update openid.received_until set at = now()",
        "vacuum (analyze) signin.account", "vacuum (analyze) signin.profile", "vacuum (analyze) signin.session", "vacuum (analyze) openid.client_grant", "checkpoint",
        "alter system set max_wal_size = '2GB'", "alter system reset checkpoint_timeout", "alter system reset autovacuum", "select pg_reload_conf()",
    ];

    public static async Task RunAsync(NpgsqlDataSource source, long sessions, long tokens, Action<string> say)
    {
        if (sessions == 0 && tokens == 0) return;
        var watch = Stopwatch.StartNew();
        foreach (var sql in Quickly) await RunAsync(source, sql);
        await FillAsync(source, AccountsSql, sessions / 3 + 1);
        await FillAsync(source, ProfilesSql, sessions / 3 + 1);
        say($"{watch.Elapsed.TotalSeconds,7:F1} s  {sessions / 3 + 1} accounts and profiles");
        await FillAsync(source, SessionsSql, sessions);
        say($"{watch.Elapsed.TotalSeconds,7:F1} s  {sessions} sessions");
        await FillAsync(source, TokensSql, tokens);
        say($"{watch.Elapsed.TotalSeconds,7:F1} s  {tokens} grants, each with its refresh token");
        foreach (var sql in AsUsual) await RunAsync(source, sql);
        say($"{watch.Elapsed.TotalSeconds,7:F1} s  analysed, everything on the disk");
        await SettleAsync(source);
        say($"{watch.Elapsed.TotalSeconds,7:F1} s  autovacuum has nothing left to do");
    }

    // It looks around once a minute, finds the millions of new rows, and its work would be counted as that of whatever is measured first.
    private static async Task SettleAsync(NpgsqlDataSource source)
    {
        for (var (tries, quiet) = (0, 0); tries < 600 && quiet < 75; tries++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            await using var command = source.CreateCommand("select exists (select from pg_stat_activity where backend_type = 'autovacuum worker')");
            quiet = (bool)(await command.ExecuteScalarAsync())! ? 0 : quiet + 1;
        }
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task FillAsync(NpgsqlDataSource source, string sql, long count)
    {
        for (var from = 0L; from < count; from += Chunk)
        {
            await using var command = source.CreateCommand(sql);
            command.CommandTimeout = 0;
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Math.Min(from + Chunk, count) - 1 });
            await command.ExecuteNonQueryAsync();
        }
    }
}
