using Aupd.Kernel.Facts;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Logout;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.OpenId.Grants;

/// <summary>The end of sessions: their codes and session-bound grants die, and every client that got a grant in one is told. One
/// transaction. Grants with offline_access go on, until the person ends those too.</summary>
internal sealed partial class EndSessions(
    NpgsqlDataSource source, ClientDirectory clients, FactLog facts, ProviderIdentity provider, TimeProvider clock,
    ILogger<EndSessions> log) : IGrants
{
    // First the codes, of devices too: a redemption under way holds its row, so the second statement sees the grant that it made.
    private const string CodesSql = """
        update openid.authorization_code set spent_at = @now where provider = @provider and session_id = any(@sessionIds)
            and spent_at is null
        """;

    private const string DevicesSql = """
        update openid.device_authorization set spent_at = @now where provider = @provider and session_id = any(@sessionIds)
            and spent_at is null
        """;

    private const string GrantsSql = """
        update openid.client_grant set session_ended_at = @now,
            revoked_at = case when offline then revoked_at else coalesce(revoked_at, @now) end
         where provider = @provider and session_id = any(@sessionIds) and session_ended_at is null
        returning client_id, subject, session_id
        """;

    private const string OfflineSql = """
        update openid.client_grant set revoked_at = @now
         where provider = @provider and subject = @subject and offline and revoked_at is null and expires_at > @now
            and (@authenticatedBefore::timestamptz is null or authenticated_at < @authenticatedBefore)
        """;

    private sealed record Ended(string ClientId, string Subject, string SessionId);

    public async Task EndSessionsAsync(IReadOnlyCollection<string> sessionIds, CancellationToken ct)
    {
        if (sessionIds.Count == 0) return;
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await EndSessionsAsync(connection, sessionIds, ct);
        await transaction.CommitAsync(ct);
    }

    public async Task EndSessionsAsync(NpgsqlConnection connection, IReadOnlyCollection<string> sessionIds, CancellationToken ct)
    {
        if (sessionIds.Count == 0) return;
        var values = new { now = clock.GetUtcNow(), provider = provider.Name, sessionIds = sessionIds.ToArray() };
        await connection.ExecuteAsync(new CommandDefinition(CodesSql, values, cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(DevicesSql, values, cancellationToken: ct));
        var ended = await connection.QueryAsync<Ended>(new CommandDefinition(GrantsSql, values, cancellationToken: ct));
        var told = 0;
        foreach (var one in ended.Distinct())
        {
            if (await clients.FindAsync(one.ClientId, ct) is not { BackchannelLogoutUri: not null }) continue;
            // A key per client and session: a client that is down holds back no one else's news.
            await facts.AddAsync(connection, new Fact(SendLogoutToken.TopicName, $"{one.ClientId}/{one.SessionId}",
                new SessionEnded(one.ClientId, one.Subject, one.SessionId)), ct);
            told++;
        }
        SessionsEnded(log, provider.Name, sessionIds.Count, told);
    }

    public async Task EndOfflineAsync(string subject, DateTimeOffset? authenticatedBefore, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await EndOfflineAsync(connection, subject, authenticatedBefore, ct);
    }

    public async Task EndOfflineAsync(NpgsqlConnection connection, string subject, DateTimeOffset? authenticatedBefore, CancellationToken ct)
    {
        var ended = await connection.ExecuteAsync(new CommandDefinition(OfflineSql,
            new { now = clock.GetUtcNow(), provider = provider.Name, subject, authenticatedBefore }, cancellationToken: ct));
        if (ended > 0) OfflineEnded(log, provider.Name, ended, subject);
    }

    [LoggerMessage(EventId = 2503, Level = LogLevel.Information,
        Message = "{Provider}: {Sessions} sessions ended, {Clients} clients to tell")]
    private static partial void SessionsEnded(ILogger logger, string provider, int sessions, int clients);

    [LoggerMessage(EventId = 2505, Level = LogLevel.Information, Message = "{Provider}: {Grants} offline grants of subject {Subject} ended")]
    private static partial void OfflineEnded(ILogger logger, string provider, int grants, string subject);
}
