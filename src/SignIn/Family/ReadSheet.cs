using Aupd.Registries.Doors;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Family;

/// <summary>What stands on a sheet. Prints nothing of it.</summary>
internal sealed record Sheet(Guid Order, ChildRecord Child, string? Login, string Password, DateTimeOffset Until)
{
    public override string ToString() => $"sheet {Order}";
}

internal abstract record SheetOutcome
{
    private SheetOutcome() { }
    internal sealed record Open(Sheet Sheet) : SheetOutcome;
    /// <summary>Too late, put away, another's, or the password is in force no more.</summary>
    internal sealed record Gone : SheetOutcome;
    internal sealed record NotNow : SheetOutcome;
}

/// <summary>The sheet of an order, for a few minutes, for the session in which it was ordered. The password is nowhere kept: the portal, asked by the
/// same order, tells it again, unless it has been replaced since.</summary>
internal sealed class ReadSheet(FamilyRights rights, ChildOrders orders, PortalFamily portal, SignInSettings settings, TimeProvider clock)
{
    internal async Task<SheetOutcome> RunAsync(Visitor guardian, string? orderId, CancellationToken ct)
    {
        if (!Guid.TryParseExact(orderId, "D", out var id) || await orders.FindAsync(id, ct) is not { DoneAt: { } done, PutAwayAt: null, ReplacedAt: null, Subject: { } subject } order)
            return new SheetOutcome.Gone();
        var until = done.AddMinutes(settings.Family.SheetMinutes);
        if (order.AccountId != guardian.AccountId || order.Sid != guardian.Sid || until <= clock.GetUtcNow()) return new SheetOutcome.Gone();
        if (await rights.ChildAsync(guardian, order.PupilRecordId, ct) is not { } child) return new SheetOutcome.Gone();
        // Carried out before, this changes nothing, and tells the same.
        return await portal.SetFirstPasswordAsync(id, guardian.Subject, subject, ct) switch
        {
            PortalOrder.Done { Password: { } password } told => new SheetOutcome.Open(new Sheet(id, child, told.Login, password, until)),
            PortalOrder.NotNow => new SheetOutcome.NotNow(),
            _ => new SheetOutcome.Gone(),
        };
    }
}
