using Aupd.Kernel.Jose;
using Aupd.SignIn.Doors;
using Aupd.Workplace.Delivery;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Passwords;

/// <summary>Takes passwords in. In clear they are never written anywhere.</summary>
internal sealed class KeepPasswords(NpgsqlDataSource source, PasswordKeys keys, DirectorySettings directory, PasswordSettings settings, TimeProvider clock) : IWorkplacePasswords
{
    // The newest alone is of use: older ones are wiped, also one that a worker is just carrying, whose turn comes before the newest one's.
    private const string KeepSql = $"""
        with older as (delete from workplace.password where profile_id = @profileId and source <> @origin)
        insert into workplace.password (profile_id, source, message, taken_at, expires_at, due_at) values (@profileId, @origin, @message, @now, @expires, @now)
        on conflict (profile_id, source) do nothing;
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

    public Task KeepAsync(NpgsqlConnection connection, Guid profileId, string message, string source, CancellationToken ct)
    {
        if (!directory.IsConfigured) return Task.CompletedTask;
        var now = clock.GetUtcNow();
        return connection.ExecuteAsync(new CommandDefinition(KeepSql, new
        {
            profileId, origin = source, message, now, expires = now.AddHours(settings.WaitHours),
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
