using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Badges;

/// <summary>A pupil who has left takes no badge along: it is voided as soon as the registries say so. Its sessions end with the role.</summary>
internal sealed class EndLeftBadges(NpgsqlDataSource source, IMatching matching, PortalClient portal, AuditTrail audit, TimeProvider clock) : IFactReceiver
{
    internal const string ReceiverName = "signin.end-left-badges";
    public string Name => ReceiverName;
    public string Topic => RolesChanged.Topic;

    private const string VoidSql = """
        update signin.badge b set voided_at = @now, voided_why = 'left'
          from signin.account a
         where a.id = b.account_id and a.issuer = @issuer and a.subject = @subject and b.voided_at is null and 'pupil:' || b.pupil_record_id = any(@lost::text[])
        returning b.id, b.account_id
        """;

    private sealed record Voided
    {
        public Guid Id { get; init; }
        public Guid AccountId { get; init; }
    }

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var changed = fact.Payload.Deserialize<RolesChanged>(JsonSerializerOptions.Web)!;
        if (!changed.Lost.Any(r => r.StartsWith("pupil:", StringComparison.Ordinal))) return;
        // A fact may come late, and the role be back by then.
        var held = (await matching.RolesAsync(changed.AccountId, ct)).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var lost = changed.Lost.Where(r => !held.Contains(r)).ToArray();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var badge in await connection.QueryAsync<Voided>(new CommandDefinition(VoidSql,
            new { issuer = portal.Issuer, subject = changed.AccountId, lost, now = clock.GetUtcNow() }, cancellationToken: ct)))
            await audit.WriteAsync(connection, new AuditLine("signin.badge-voided", "registries", badge.AccountId.ToString(), null, new { badge = badge.Id, why = "left" }), ct);
        await transaction.CommitAsync(ct);
    }
}
