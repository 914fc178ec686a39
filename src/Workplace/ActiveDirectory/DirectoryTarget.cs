using Aupd.Kernel.People;
using Aupd.Workplace.Delivery;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>The schools' directory as a target of deliveries.</summary>
internal sealed class DirectoryTarget(DirectorySettings settings, TrustedFolder trusted, DeliverAccount deliver, SchoolPasswordSettings told) : DeliveryTarget
{
    public const string TargetName = "directory";

    /// <summary>Characters that the portal asks for anyway.</summary>
    private const int PortalMinLength = 10;

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
        return [$"The certificate of {settings.Server}:{settings.Port} is believed.", $"{settings.BindName} is let in.", $"People are searched for below {link.Base}.", .. IndexLines(link), .. PasswordLines(link)];
    }, ct);

    private IEnumerable<string> IndexLines(DirectoryLink link)
    {
        foreach (var attribute in new[] { settings.IdAttribute, settings.SnilsAttribute }.Where(a => a.Length > 0))
        {
            var (name, isIndexed) = link.Attribute(attribute) ?? throw new TargetRefusalException($"The directory knows no attribute {attribute}: see Workplace:Directory:IdAttribute and SnilsAttribute.");
            if (!isIndexed) yield return $"{attribute} has no index: for each new account the directory looks through all it has. With more than a few thousand people set searchFlags of {name} to 1.";
        }
    }

    // Who chooses a password learns its rules at the portal; what the domain asks beyond them he would learn when it is refused.
    private IEnumerable<string> PasswordLines(DirectoryLink link)
    {
        var (minLength, isComplex) = PasswordRefusal.Rules(link);
        yield return $"Its passwords have at least {minLength} characters{(isComplex ? ", three kinds of them and no part of the name" : "")}.";
        if (minLength > Math.Max(told.MinLength, PortalMinLength) || isComplex && !told.IsComplex)
            yield return $"People are not told so when they choose one: set SchoolPasswords:MinLength={minLength} and SchoolPasswords:IsComplex={(isComplex ? "true" : "false")}, or ask less of them in the domain.";
    }

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
