using System.Globalization;
using System.Net;
using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.SignIn.Activation;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family;

/// <summary>The fact that a person is to be told something; the key is the portal account.</summary>
/// <param name="Id">The portal tells a thing of one id once.</param>
/// <param name="Kind">A word of the portal's list.</param>
/// <param name="Until">yyyy-MM-dd, for the kinds that have a term.</param>
internal sealed record FamilyNews(Guid Id, string Subject, string Kind, string? Until)
{
    internal const string Topic = "signin.family-news";
    internal const string PasswordReset = "child-password-reset", SessionsEnded = "child-sessions-ended", TrustedNamed = "child-trusted-named",
        TrustedNamedByOther = "family-trusted-named", NamedAsTrusted = "trusted-named";
}

/// <summary>The fact that sessions ended here must end at the portal too, which would else let the browser in again without a password.</summary>
/// <param name="PortalSid">One; null: all of the account.</param>
internal sealed record PortalSessionsEnded(string Subject, string? PortalSid)
{
    internal const string Topic = "signin.portal-sessions-ended";
}

/// <summary>Tells people what was done in their family: in the cabinet, and by the portal on every way there is. In the transaction of the act.</summary>
internal sealed class FamilyNotices(NpgsqlDataSource source, FactLog facts, TimeProvider clock)
{
    private const string AddSql = "insert into signin.family_notice (id, account_id, kind, at) values (@id, @accountId, @kind, @now)";
    private const string UnseenSql = "select exists (select from signin.family_notice where account_id = @accountId and seen_at is null)";
    private const string SeenSql = "update signin.family_notice set seen_at = @now where account_id = @accountId and seen_at is null";
    private const string ForgetSql = "delete from signin.family_notice where at < @before";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    internal async Task TellAsync(NpgsqlConnection connection, Guid accountId, string subject, string kind, DateOnly? until, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        // A trusted person sees the new role itself, and has no part "Семья".
        if (kind != FamilyNews.NamedAsTrusted) await connection.ExecuteAsync(new CommandDefinition(AddSql, new { id, accountId, kind, now }, cancellationToken: ct));
        await facts.AddAsync(connection, new Fact(FamilyNews.Topic, subject, new FamilyNews(id, subject, kind, until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))), ct);
    }

    internal async Task<bool> HasUnseenAsync(Guid accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(UnseenSql, new { accountId }, cancellationToken: ct));
    }

    internal Task SeenAsync(Guid accountId, CancellationToken ct) => RunAsync(SeenSql, new { accountId, now = clock.GetUtcNow() }, ct);

    internal Task PruneAsync(CancellationToken ct) => RunAsync(ForgetSql, new { before = clock.GetUtcNow() - Kept }, ct);

    private async Task RunAsync(string sql, object values, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(sql, values, cancellationToken: ct));
    }
}

/// <summary>Has the portal write to a person.</summary>
internal sealed class TellPortalNews(PortalApi portal) : IFactReceiver
{
    internal const string ReceiverName = "signin.tell-portal-family-news";
    public string Name => ReceiverName;
    public string Topic => FamilyNews.Topic;

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var news = fact.Payload.Deserialize<FamilyNews>(JsonSerializerOptions.Web)!;
        var form = new Dictionary<string, string> { ["id"] = news.Id.ToString(), ["sub"] = news.Subject, ["kind"] = news.Kind };
        if (news.Until is not null) form["until"] = news.Until;
        using var answer = await portal.PostAsync("/api/family-news", form, ct);
        // The account is disabled or gone: there is nobody to tell.
        if (answer.StatusCode != HttpStatusCode.NotFound) answer.EnsureSuccessStatusCode();
    }
}

/// <summary>Has the portal end sessions.</summary>
internal sealed class EndPortalSessions(PortalApi portal) : IFactReceiver
{
    internal const string ReceiverName = "signin.end-portal-sessions";
    public string Name => ReceiverName;
    public string Topic => PortalSessionsEnded.Topic;

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var ended = fact.Payload.Deserialize<PortalSessionsEnded>(JsonSerializerOptions.Web)!;
        var form = new Dictionary<string, string> { ["sub"] = ended.Subject };
        if (ended.PortalSid is not null) form["sid"] = ended.PortalSid;
        using var answer = await portal.PostAsync("/api/sessions-end", form, ct);
        answer.EnsureSuccessStatusCode();
    }
}
