using Aupd.Kernel.Audit;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Workplace.Passwords;

/// <summary>Wipes passwords that have waited too long, and keys under which none can wait any more.</summary>
internal sealed partial class SweepPasswords(NpgsqlDataSource source, PasswordKeys keys, AuditTrail audit, TimeProvider clock, ILogger<SweepPasswords> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    // The person is told that none has come.
    private const string SweepSql = """
        with gone as (delete from workplace.password where no in (select no from workplace.password where expires_at < @now limit 1000 for update skip locked) returning profile_id),
             told as (update workplace.account set password_trouble = 'missing', password_trouble_number = null, password_trouble_at = @now
                       where profile_id in (select profile_id from gone) and password_trouble is null)
        select count(*)::int from gone
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try { while (await RunAsync(stoppingToken) > 0) { } }
            catch (NpgsqlException e) { SweepFailed(log, e); }
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    internal async Task<int> RunAsync(CancellationToken ct)
    {
        await keys.ForgetOldAsync(ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        var gone = await connection.ExecuteScalarAsync<int>(new CommandDefinition(SweepSql, new { now = clock.GetUtcNow() }, cancellationToken: ct));
        if (gone > 0) await audit.WriteAsync(connection, new AuditLine("workplace.passwords-expired", "system", null, null, new { count = gone }), ct);
        return gone;
    }

    [LoggerMessage(EventId = 7121, Level = LogLevel.Warning, Message = "Passwords that have waited too long were not wiped, next try in ten minutes")]
    private static partial void SweepFailed(ILogger logger, Exception cause);
}
