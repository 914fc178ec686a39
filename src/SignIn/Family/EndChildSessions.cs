using Aupd.Kernel.Facts;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family;

internal abstract record EndChildSessionsOutcome
{
    private EndChildSessionsOutcome() { }
    internal sealed record Ended : EndChildSessionsOutcome;
    /// <summary>It was over already, or never the child's.</summary>
    internal sealed record Nothing : EndChildSessionsOutcome;
    internal sealed record NotYours : EndChildSessionsOutcome;
}

/// <summary>A guardian ends a child's sign-ins, one or all, here and at the portal; whoever is fourteen is told.</summary>
internal sealed class EndChildSessions(
    NpgsqlDataSource source, FamilyRights rights, PortalClient client, PortalAccounts accounts, EndSessions end, FamilyNotices notices, FactLog facts, TimeProvider clock)
{
    private const string PortalSidsSql = """
        select portal_sid from signin.session where account_id = @accountId and (@sid::text is null or sid = @sid) and ended_at is null and idle_until > @now and expires_at > @now
        """;

    /// <param name="sid">One; null: all.</param>
    internal async Task<EndChildSessionsOutcome> RunAsync(Visitor guardian, string? childId, string? sid, CancellationToken ct)
    {
        if (await rights.ChildAsync(guardian, childId, ct) is not { AccountId: { } subject } child) return new EndChildSessionsOutcome.NotYours();
        if (await accounts.FindAsync(client.Issuer, subject, ct) is not { Account.Id: var account }) return new EndChildSessionsOutcome.NotYours();
        var live = await LiveAsync(account, sid, ct);
        var actor = guardian.AccountId.ToString();
        if (sid is null) await end.AllOfAsync(account, "guardian", ct, actor);
        else if (await end.OneAsync(sid, account, "guardian", ct, actor) == 0) return new EndChildSessionsOutcome.Nothing();
        await TellAsync(child, account, subject, sid, live, ct);
        return live.Count > 0 ? new EndChildSessionsOutcome.Ended() : new EndChildSessionsOutcome.Nothing();
    }

    private async Task<List<string?>> LiveAsync(Guid account, string? sid, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<string?>(new CommandDefinition(PortalSidsSql, new { accountId = account, sid, now = clock.GetUtcNow() }, cancellationToken: ct))).AsList();
    }

    private async Task TellAsync(ChildRecord child, Guid account, string subject, string? sid, List<string?> live, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (sid is null) await facts.AddAsync(connection, new Fact(PortalSessionsEnded.Topic, subject, new PortalSessionsEnded(subject, null)), ct);
        // A screen that a phone let in has no session of its own at the portal.
        else if (live is [{ } portalSid]) await facts.AddAsync(connection, new Fact(PortalSessionsEnded.Topic, subject, new PortalSessionsEnded(subject, portalSid)), ct);
        if (child.IsFourteen && live.Count > 0) await notices.TellAsync(connection, account, subject, FamilyNews.SessionsEnded, null, ct);
        await transaction.CommitAsync(ct);
    }
}
