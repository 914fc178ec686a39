using Aupd.Registries.Doors;
using Aupd.SignIn.Activation;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family;

/// <summary>Takes a login for a child whose account is about to be made, by the rules of every login: the journal's own where it is usable, else made of
/// the surname; nobody else gets it from then on. Asked again for the same record, it gives the same.</summary>
internal sealed class ReserveLogin(NpgsqlDataSource source, TimeProvider clock)
{
    // Also one that is its profile's by now: of racing requests the slower ones ask for it again.
    private const string KeptSql = "select login from signin.login where reserved_for = @record and retired_at is null order by issued_at desc limit 1";

    // Leaves us without a row when somebody has the login, and also when another request has reserved one for the record meanwhile.
    private const string TakeSql = """
        insert into signin.login (login_key, login, profile_id, reserved_for, source, issued_at) values (@key, @login, null, @record, @origin, @now)
        on conflict do nothing returning login
        """;

    private const string GiveUpSql = """
        update signin.login set retired_at = @now, portal_refused = 'login_taken' where reserved_for = @record and login_key = @key and profile_id is null and retired_at is null
        """;

    private const string ReleaseSql = "delete from signin.login where reserved_for = @record and profile_id is null and retired_at is null";

    // One of several, where a pupil of two schools has two records.
    private const string BindSql = """
        update signin.login set profile_id = @profileId where login_key = (
            select l.login_key from signin.login l where l.reserved_for = any(@records::text[]) and l.profile_id is null and l.retired_at is null
               and not exists (select from signin.login own where own.profile_id = @profileId and own.retired_at is null)
             order by l.issued_at, l.login_key limit 1)
        """;

    internal async Task<string> RunAsync(ChildRecord child, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (await KeptAsync(connection, child, ct) is { } kept) return kept;
        if (LoginText.IsUsable(child.JournalLogin) && await TakeAsync(connection, child, child.JournalLogin!, "journal", ct)) return child.JournalLogin!;
        var baseName = LoginText.BaseOf(child.Name.Last, child.Name.First);
        for (var after = 0; ;)
        {
            var free = (await connection.QueryAsync<(int N, string Login)>(new CommandDefinition(IssueLogin.FreeSql,
                new { baseName, longest = LoginText.MaxLength, after }, cancellationToken: ct))).AsList();
            var owned = await KnownJournalLogins.AmongAsync(connection, free.ConvertAll(c => c.Login), ct);
            foreach (var (_, login) in free.Where(c => !owned.Contains(c.Login)))
            {
                if (await TakeAsync(connection, child, login, "made", ct)) return login;
                if (await KeptAsync(connection, child, ct) is { } racers) return racers;
            }
            after = free[^1].N;
        }
    }

    /// <summary>The portal has given it to someone else: it stays in the register, retired, and the next call takes another.</summary>
    internal async Task GiveUpAsync(ChildRecord child, string login, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(GiveUpSql, new { record = child.ChildId, key = LoginText.Key(login), now = clock.GetUtcNow() }, cancellationToken: ct));
    }

    /// <summary>No account is made of the record after all; nobody has seen the login.</summary>
    internal async Task ReleaseAsync(ChildRecord child, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(ReleaseSql, new { record = child.ChildId }, cancellationToken: ct));
    }

    /// <summary>A person who is these records has a profile: what was reserved for them is this profile's login, unless it has one.</summary>
    internal static Task BindAsync(NpgsqlConnection connection, Guid profileId, IReadOnlyCollection<string> records, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(BindSql, new { profileId, records = records.ToArray() }, cancellationToken: ct));

    private static Task<string?> KeptAsync(NpgsqlConnection connection, ChildRecord child, CancellationToken ct) =>
        connection.ExecuteScalarAsync<string?>(new CommandDefinition(KeptSql, new { record = child.ChildId }, cancellationToken: ct));

    private async Task<bool> TakeAsync(NpgsqlConnection connection, ChildRecord child, string login, string origin, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition(TakeSql,
            new { key = LoginText.Key(login), login, record = child.ChildId, origin, now = clock.GetUtcNow() }, cancellationToken: ct)) is not null;
}
