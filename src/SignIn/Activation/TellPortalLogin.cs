using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Activation;

/// <summary>Tells the portal of an issued login, so that it opens the portal too. A login that the portal has given to someone else is kept
/// for support, and the rest of the activation stands.</summary>
internal sealed class TellPortalLogin(NpgsqlDataSource source, PortalApi portal, AuditTrail audit, TimeProvider clock) : IFactReceiver
{
    internal const string ReceiverName = "signin.tell-portal-login";
    public string Name => ReceiverName;
    public string Topic => LoginIssued.Topic;

    private const string ReadSql = """
        select a.subject, l.login, l.login_key from signin.login l join signin.profile p on p.id = l.profile_id join signin.account a on a.id = p.account_id
         where l.profile_id = @profileId and l.retired_at is null and l.told_portal_at is null
        """;

    private sealed record News
    {
        public string Subject { get; init; } = "";
        public string Login { get; init; } = "";
        public string LoginKey { get; init; } = "";
    }

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var profileId = Guid.Parse(fact.Key);
        await using var connection = await source.OpenConnectionAsync(ct);
        var news = await connection.QuerySingleOrDefaultAsync<News>(new CommandDefinition(ReadSql, new { profileId }, cancellationToken: ct));
        if (news is null) return;
        var refused = await portal.TellLoginAsync(news.Subject, news.Login, ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update signin.login set told_portal_at = @now, portal_refused = @refused where login_key = @LoginKey",
            new { now = clock.GetUtcNow(), refused, news.LoginKey }, cancellationToken: ct));
        if (refused is not null)
            await audit.WriteAsync(connection, new AuditLine("signin.login-refused-by-portal", "system", profileId.ToString(), null, new { refused }), ct);
    }
}
