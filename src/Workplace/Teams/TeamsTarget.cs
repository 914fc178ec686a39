using Aupd.Workplace.Delivery;
using Npgsql;

namespace Aupd.Workplace.Teams;

/// <summary>Teams, behind a SCIM server, as a target of deliveries: people, and the groups of their classes.</summary>
internal sealed class TeamsTarget(TeamsSettings settings, ScimToken token, DeliverUser deliver, DeliverGroup groups, GroupQueue queue, GroupTemplate template, TimeProvider clock) : DeliveryTarget
{
    public const string TargetName = "teams";

    public override string Name => TargetName;
    /// <summary>"wrk2".</summary>
    public override int LockClass => 0x77726B32;
    public override bool IsConfigured => settings.IsConfigured;
    public override int Lanes => settings.Lanes;
    public override int RemoveAfterDays => settings.RemoveAfterDays;

    public override TargetSession Begin() => new Session(new Lazy<ScimServer>(() => new ScimServer(settings, token, clock)), deliver, groups);

    public override Task KeepAsync(NpgsqlConnection connection, DueAccount due, Delivered delivered, CancellationToken ct) =>
        queue.WantAsync(connection, due.ProfileId, delivered.RemoteId, delivered.RemoteId is null ? [] : template.Of(due.Account), ct);

    public override async Task<IReadOnlyList<string>> CheckAsync(CancellationToken ct)
    {
        using var server = new ScimServer(settings, token, clock);
        var features = await server.FeaturesAsync(ct);
        // Of nobody: the right to search is what is looked at.
        await server.FindAsync(FindUser.Users, ScimNames.Equal("externalId", Guid.Empty.ToString()), _ => false, ct);
        return [$"{settings.Url} is believed and takes our token.", features.CanPatch ? "It takes differences (PATCH)." : "It takes no differences: users and groups are replaced whole (PUT)."];
    }

    private sealed class Session(Lazy<ScimServer> server, DeliverUser deliver, DeliverGroup groups) : TargetSession
    {
        public override Task<Delivered> DeliverAsync(DueAccount due, bool isOver, string? password, CancellationToken ct) => deliver.RunAsync(server.Value, due, isOver, ct);

        public override Task<bool> DeliverOtherAsync(NpgsqlConnection connection, CancellationToken ct) => groups.RunAsync(server.Value, connection, ct);

        public override ValueTask DisposeAsync()
        {
            if (server.IsValueCreated) server.Value.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
