using Aupd.Kernel.Audit;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.OpenId.Grants;

/// <summary>Ends a grant and with it every token of its family, on every node at once: tokens are only good while their grant is.</summary>
internal sealed partial class RevokeGrant(NpgsqlDataSource source, AuditTrail audit, ProviderIdentity provider, TimeProvider clock,
    ILogger<RevokeGrant> log)
{
    private const string Sql = """
        update openid.client_grant set revoked_at = @now
         where id = @grantId and (@expiresAt::timestamptz is null or expires_at = @expiresAt) and provider = @provider
             and revoked_at is null
        returning client_id, subject
        """;

    /// <param name="expiresAt">Of the grant; finds it in one partition.</param>
    public Task RunAsync(Guid grantId, DateTimeOffset expiresAt, CancellationToken ct) => RunAsync(grantId, expiresAt, null, ct);

    /// <summary>The same because something was used a second time, which says that somebody has stolen it: told to whoever
    /// watches.</summary>
    /// <param name="what">code, device-code or refresh-token.</param>
    public Task ForReuseAsync(Guid grantId, DateTimeOffset? expiresAt, string what, CancellationToken ct) =>
        RunAsync(grantId, expiresAt, what, ct);

    private async Task RunAsync(Guid grantId, DateTimeOffset? expiresAt, string? reused, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue("now", clock.GetUtcNow());
        command.Parameters.AddWithValue("grantId", grantId);
        command.Parameters.Add(new NpgsqlParameter("expiresAt",
            NpgsqlTypes.NpgsqlDbType.TimestampTz) { Value = (object?)expiresAt ?? DBNull.Value });
        command.Parameters.AddWithValue("provider", provider.Name);
        string clientId, subject;
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            if (!await reader.ReadAsync(ct)) return;
            (clientId, subject) = (reader.GetString(0), reader.GetString(1));
        }
        if (reused is null) return;
        Reused(log, provider.Name, reused, clientId, grantId);
        await audit.WriteAsync(connection,
            new AuditLine("openid.reuse-detected", clientId, subject,
                Details: new { provider = provider.Name, what = reused, grant = grantId }), ct);
    }

    [LoggerMessage(EventId = 2301, Level = LogLevel.Warning,
        Message = "{Provider}: a spent {What} of client {ClientId} was used again; grant {GrantId} is revoked")]
    private static partial void Reused(ILogger logger, string provider, string what, string clientId, Guid grantId);
}
