using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family.Trust;

/// <summary>Ends trust that is over: the last day has passed, or the guardian is none any more. The role itself is held no longer by then, whatever has been
/// marked; this ends the sessions in it, and then marks it, so that what a crash leaves is found again.</summary>
internal sealed class EndTrust(NpgsqlDataSource source, EndSessions end, RoleFragments roles, PortalClient portal, TimeProvider clock)
{
    private const int BatchSize = 500;
    internal const long OneNodeAtATime = 0x41555044_0504;

    private const string LockSql = "select pg_try_advisory_xact_lock(@OneNodeAtATime)";

    internal const string RunOutSql = "select id from signin.trusted_person where ended_at is null and until < @today::date order by until limit @BatchSize";

    // The giver's cards of now, asked for each whom he trusts: a dozen at most.
    private const string LeftSql = $"""
        select t.id from signin.account giver join signin.trusted_person t on t.named_by = giver.id and t.ended_at is null
          cross join lateral (select giver.subject as account_id, t.pupil_record_id) card
         where giver.issuer = @issuer and giver.subject = @subject and ({RoleFragments.ChildOfCard}) is null
        """;

    private const string MarkSql = "update signin.trusted_person set ended_at = @now, ended_why = @why where id = any (@ids::uuid[]) and ended_at is null";

    private const string HolderSql = "select a.subject from signin.trusted_person t join signin.account a on a.id = t.account_id where t.id = @id";

    /// <summary>Those whose last day has passed. Every node may ask every minute; one works, the others go on at once.</summary>
    internal async Task RunOutAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(LockSql, new { OneNodeAtATime }, cancellationToken: ct))) return;
        for (List<Guid> over; (over = (await connection.QueryAsync<Guid>(new CommandDefinition(RunOutSql, new { today = roles.Today, BatchSize }, cancellationToken: ct))).AsList()).Count > 0;)
            await EndAsync(over, "term", ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Those whom this guardian named for a child in whose card he is no more.</summary>
    /// <param name="subject">The portal's <c>sub</c> of the guardian.</param>
    internal async Task LeftByAsync(string subject, CancellationToken ct)
    {
        List<Guid> left;
        await using (var connection = await source.OpenConnectionAsync(ct))
            left = (await connection.QueryAsync<Guid>(new CommandDefinition(LeftSql, new { issuer = portal.Issuer, subject }, cancellationToken: ct))).AsList();
        if (left.Count > 0) await EndAsync(left, "guardian-left", ct);
    }

    /// <summary>Whoever used the role is signed out, as when a registry takes a role away.</summary>
    internal async Task RoleAsync(Guid id, CancellationToken ct)
    {
        string? subject;
        await using (var connection = await source.OpenConnectionAsync(ct))
            subject = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(HolderSql, new { id }, cancellationToken: ct));
        if (subject is not null) await end.WithRolesAsync(portal.Issuer, subject, [$"trusted:{id}"], ct);
    }

    private async Task EndAsync(List<Guid> ids, string why, CancellationToken ct)
    {
        foreach (var id in ids) await RoleAsync(id, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(MarkSql, new { ids = ids.ToArray(), why, now = clock.GetUtcNow() }, cancellationToken: ct));
    }
}

/// <summary>The registries took a card from a guardian: whom he trusted with that child is trusted no more.</summary>
internal sealed class EndLeftTrust(EndTrust end) : IFactReceiver
{
    internal const string ReceiverName = "signin.end-left-trust";
    public string Name => ReceiverName;
    public string Topic => RolesChanged.Topic;

    public Task ReceiveAsync(DeliveredFact fact, CancellationToken ct) => end.LeftByAsync(fact.Payload.Deserialize<RolesChanged>(JsonSerializerOptions.Web)!.AccountId, ct);
}
