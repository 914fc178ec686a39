using Aupd.Kernel.Jose;
using Aupd.SignIn.Doors;
using Aupd.Workplace.Delivery;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Passwords;

/// <summary>Takes passwords in. In clear they are never written anywhere.</summary>
internal sealed class KeepPasswords(NpgsqlDataSource source, PasswordKeys keys, DirectorySettings directory, PasswordSettings settings, TimeProvider clock) : IWorkplacePasswords
{
    // The newest alone is of use: older ones are wiped, also one that a worker is just carrying, whose turn comes before the newest one's. Whoever comes
    // second waits for the first one's row and is then held against it; numbers rise in that order. A smaller version a while later is no straggler: the
    // portal was restored from a backup, and counts anew.
    private const string KeepSql = $"""
        with newest as (
            insert into workplace.newest_password as n (profile_id, version, at) values (@profileId, @version::bigint, @at)
            on conflict (profile_id) do update set version = coalesce(excluded.version, n.version), at = greatest(n.at, excluded.at)
             where excluded.version is null or n.version is null or n.version <= excluded.version or n.at < excluded.at - interval '10 minutes'
            returning profile_id),
        older as (delete from workplace.password p using newest n where p.profile_id = n.profile_id and p.source <> @origin),
        kept as (
            insert into workplace.password (profile_id, source, message, taken_at, expires_at, due_at)
            select profile_id, @origin, @message, @now, @expires, @now from newest
            on conflict (profile_id, source) do nothing)
        select exists (select from newest);
        select pg_notify('{DeliveryWorker.Channel}', '')
        """;

    private const string TroubleSql = """
        select password_trouble as word, password_trouble_number as number from workplace.account
         where profile_id = @profileId and password_trouble is not null and left_at is null
           and not exists (select 1 from workplace.password where profile_id = @profileId)
        """;

    private sealed record Trouble
    {
        public string Word { get; init; } = "";
        public int? Number { get; init; }
    }

    public async Task<string?> SealAsync(string subject, string password, CancellationToken ct) =>
        directory.IsConfigured ? Jwe.Encrypt(await keys.CurrentAsync(ct), SealedPassword.Write(subject, password)) : null;

    public async Task<bool> KeepAsync(NpgsqlConnection connection, Guid profileId, string message, PortalPassword which, string source, CancellationToken ct)
    {
        if (!directory.IsConfigured) return true;
        var now = clock.GetUtcNow();
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(KeepSql, new
        {
            profileId, origin = source, message, which.Version, which.At, now, expires = now.AddHours(settings.WaitHours),
        }, cancellationToken: ct));
    }

    public async Task<PasswordTrouble?> TroubleAsync(Guid profileId, CancellationToken ct)
    {
        if (!directory.IsConfigured) return null;
        await using var connection = await source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Trouble>(new CommandDefinition(TroubleSql, new { profileId }, cancellationToken: ct));
        return row is null ? null : new PasswordTrouble(row.Word, row.Number);
    }
}
