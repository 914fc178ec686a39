using Aupd.Kernel.Audit;
using Aupd.OpenId.Doors;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Sessions;

/// <summary>Ends sessions with all that was granted under them. The rows are marked first, so that nothing new is granted; then the grants end;
/// then the rows go. What a crash leaves marked is finished by <see cref="FinishAsync"/>.</summary>
internal sealed class EndSessions(NpgsqlDataSource source, IGrants grants, AuditTrail audit, TimeProvider clock)
{
    private const string Mark = "update signin.session set ended_at = @now where ended_at is null and ";
    private const string Returning = " returning sid, account_id";
    private const int BatchSize = 500;

    /// <param name="actor">Who did it; null: the person.</param>
    internal Task<int> OneAsync(string sid, Guid accountId, string why, CancellationToken ct, string? actor = null) =>
        EndAsync(Mark + "sid = @sid and account_id = @accountId" + Returning, new { sid, accountId, now = clock.GetUtcNow() }, actor ?? accountId.ToString(), why, ct);

    /// <summary>With the grants that outlive sessions.</summary>
    /// <param name="actor">Who did it; null: the person.</param>
    internal async Task AllOfAsync(Guid accountId, string why, CancellationToken ct, string? actor = null)
    {
        await EndAsync(Mark + "account_id = @accountId" + Returning, new { accountId, now = clock.GetUtcNow() }, actor ?? accountId.ToString(), why, ct);
        await EndOfflineAsync(accountId, null, ct);
    }

    /// <summary>Those in which the person proved himself before the moment, a changed password say; with the grants that rest on such a proof
    /// and outlive sessions.</summary>
    internal async Task AuthenticatedBeforeAsync(Guid accountId, DateTimeOffset moment, string why, CancellationToken ct)
    {
        await EndAsync(Mark + "account_id = @accountId and authenticated_at < @moment" + Returning, new { accountId, moment, now = clock.GetUtcNow() },
            accountId.ToString(), why, ct);
        await EndOfflineAsync(accountId, moment, ct);
    }

    /// <summary>Those that began with a badge which is no longer good.</summary>
    internal Task<int> OfBadgesAsync(IReadOnlyCollection<Guid> accounts, string actor, CancellationToken ct) => accounts.Count == 0 ? Task.FromResult(0) :
        EndAsync(Mark + "account_id = any(@ids) and kind = 'badge'" + Returning, new { ids = accounts.ToArray(), now = clock.GetUtcNow() }, actor, "badge-voided", ct);

    internal Task<int> OfPortalSessionAsync(string portalSid, CancellationToken ct) =>
        EndAsync(Mark + "portal_sid = @portalSid" + Returning, new { portalSid, now = clock.GetUtcNow() }, "portal", "portal-sign-out", ct);

    internal Task<int> OfPortalSubjectAsync(string issuer, string subject, CancellationToken ct) =>
        EndAsync(Mark + "account_id = (select id from signin.account where issuer = @issuer and subject = @subject)" + Returning,
            new { issuer, subject, now = clock.GetUtcNow() }, "portal", "portal-sign-out", ct);

    /// <summary>Those in which one of the roles was used: its grants die with them.</summary>
    internal Task<int> WithRolesAsync(string issuer, string subject, IReadOnlyList<string> roles, CancellationToken ct) =>
        EndAsync(Mark + """
            account_id = (select id from signin.account where issuer = @issuer and subject = @subject) and (roles_used && @roles or active_role = any(@roles))
            """ + Returning, new { issuer, subject, roles = roles.ToArray(), now = clock.GetUtcNow() }, "registries", "role-lost", ct);

    /// <summary>Ends what has run out, and finishes what a crash left half done. Returns how many sessions went.</summary>
    internal async Task<int> FinishAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var gone = 0;
        while (true)
        {
            var sids = await QueryAsync("""
                update signin.session set ended_at = coalesce(ended_at, @now) where sid in (
                    select sid from signin.session where least(idle_until, expires_at) < @now limit @BatchSize)
                returning sid
                """, new { now, BatchSize }, ct);
            sids.AddRange(await QueryAsync("select sid from signin.session where ended_at < @before limit @BatchSize",
                new { before = now.AddMinutes(-1), BatchSize }, ct));
            if (sids.Count == 0) return gone;
            await RemoveAsync(sids, ct);
            gone += sids.Count;
        }
    }

    private async Task<int> EndAsync(string sql, object values, string actor, string why, CancellationToken ct)
    {
        List<Ended> ended;
        await using (var connection = await source.OpenConnectionAsync(ct))
            ended = (await connection.QueryAsync<Ended>(new CommandDefinition(sql, values, cancellationToken: ct))).AsList();
        if (ended.Count == 0) return 0;
        await RemoveAsync([.. ended.Select(e => e.Sid)], ct);
        // Whose they were stands in the line, so that the person finds it in the own history.
        foreach (var of in ended.GroupBy(e => e.AccountId.ToString()))
            await audit.WriteAsync(new AuditLine("signin.sessions-ended", actor, of.Key == actor ? null : of.Key, null, new { why, sids = of.Select(e => e.Sid) }), ct);
        return ended.Count;
    }

    private sealed record Ended
    {
        public string Sid { get; init; } = "";
        public Guid AccountId { get; init; }
    }

    private async Task EndOfflineAsync(Guid accountId, DateTimeOffset? authenticatedBefore, CancellationToken ct)
    {
        // An account without a profile has no subject that a grant could be made for.
        foreach (var profileId in await QueryAsync("select id::text from signin.profile where account_id = @accountId", new { accountId }, ct))
            await grants.EndOfflineAsync(profileId, authenticatedBefore, ct);
    }

    private async Task RemoveAsync(List<string> sids, CancellationToken ct)
    {
        await grants.EndSessionsAsync(sids, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("delete from signin.session where sid = any(@sids) and ended_at is not null",
            new { sids = sids.ToArray() }, cancellationToken: ct));
    }

    private async Task<List<string>> QueryAsync(string sql, object values, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<string>(new CommandDefinition(sql, values, cancellationToken: ct))).AsList();
    }
}
