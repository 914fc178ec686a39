using Aupd.Workplace.Delivery;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>The schools' directory as a target of deliveries.</summary>
internal sealed class DirectoryTarget(DirectorySettings settings, TrustedFolder trusted, DeliverAccount deliver) : DeliveryTarget
{
    public const string TargetName = "directory";

    public override string Name => TargetName;
    /// <summary>"wrk1".</summary>
    public override int LockClass => 0x77726B31;
    public override bool IsConfigured => settings.IsConfigured;
    public override int Lanes => settings.Lanes;
    public override int RemoveAfterDays => settings.RemoveAfterDays;
    public override bool TakesPasswords => true;

    public override TargetSession Begin() => new Session(settings, trusted, deliver);

    public override Task<IReadOnlyList<string>> CheckAsync(CancellationToken ct) => Task.Run<IReadOnlyList<string>>(() =>
    {
        using var link = DirectoryLink.Open(settings, trusted);
        if (link.Read(link.Base, "objectClass") is null) throw new TargetRefusalException($"There is no {link.Base}: see Workplace:Directory:BaseName.");
        return [$"The certificate of {settings.Server}:{settings.Port} is believed.", $"{settings.BindName} is let in.", $"People are searched for below {link.Base}."];
    }, ct);

    private sealed class Session(DirectorySettings settings, TrustedFolder trusted, DeliverAccount deliver) : TargetSession
    {
        private DirectoryLink? _link;

        public override async Task<Delivered> DeliverAsync(DueAccount due, bool isOver, string? password, CancellationToken ct)
        {
            var order = new DeliveryOrder(due.ProfileId, due.Account, IdOf(due.RemoteId), IdOf(due.ClaimedId), isOver, password);
            // Blocking calls: on a thread of the pool, and to their end once begun.
            var result = await Task.Run(() => deliver.Run(_link ??= DirectoryLink.Open(settings, trusted), order), CancellationToken.None);
            return new Delivered(result.ObjectId?.ToString(), result.Acts, result.Refusal, result.LacksPassword);
        }

        public override ValueTask DisposeAsync()
        {
            _link?.Dispose();
            return ValueTask.CompletedTask;
        }

        private static Guid? IdOf(string? id) => Guid.TryParse(id, out var guid) ? guid : null;
    }
}
