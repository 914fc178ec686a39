using System.DirectoryServices.Protocols;
using System.Globalization;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.People;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>What is to be so of one person. Prints its id alone.</summary>
/// <param name="ObjectId">objectGUID of the account as it was last known.</param>
/// <param name="ClaimedObjectId">An account of which a person said that it is his.</param>
/// <param name="IsOver">The term of a leaver is over: the account goes.</param>
internal sealed record DeliveryOrder(Guid ProfileId, DesiredAccount Desired, Guid? ObjectId, Guid? ClaimedObjectId, bool IsOver, string? Password)
{
    public override string ToString() => $"order {ProfileId}";
}

/// <param name="Acts">What was done, as words for the audit trail; empty: all was as it should be.</param>
/// <param name="Refusal">Why the directory did not take the password; null when it did or none came.</param>
/// <param name="LacksPassword">The account cannot be opened to its owner before a password comes.</param>
internal sealed record DeliveryResult(Guid? ObjectId, IReadOnlyList<string> Acts, PasswordRefusal? Refusal = null, bool LacksPassword = false);

/// <summary>Makes one person's account what it should be, by as few writes as that takes. Every step may be the last one (a worker dies): whoever comes
/// next finds the person first and goes on. Two who do it at once cannot make two accounts: the directory holds a login once.</summary>
internal sealed class DeliverAccount(DirectorySettings settings, EntryTemplate template, FindPerson find)
{
    /// <summary>userAccountControl of an ordinary account, disabled until it has a password.</summary>
    private const int NewAccount = 512 | 2;

    /// <exception cref="DirectoryAwayException">Try again when the directory is back.</exception>
    /// <exception cref="DirectoryRefusalException">The directory does not want it so.</exception>
    /// <exception cref="DirectoryConflictException">A person must decide.</exception>
    public DeliveryResult Run(DirectoryLink link, DeliveryOrder order)
    {
        var acts = new List<string>();
        if (order.IsOver) return Remove(link, order);
        if (find.Run(link, order) is not var (entry, isAdopted))
        {
            if (!order.Desired.IsActive) return new DeliveryResult(null, acts);
            entry = Create(link, order);
            acts.Add("created");
        }
        else if (isAdopted) acts.Add("adopted");
        // Before anything that takes longer or may fail: who has left is out.
        if (!order.Desired.IsActive && !entry.IsDisabled) SetControl(link, entry, disabled: true, acts);
        if (SetValues(link, order, entry)) acts.Add("changed");
        entry = Place(link, order, entry, acts);
        if (new OurGroups(settings, link).Set(entry, template.GroupsOf(order.Desired))) acts.Add("groups");
        var refusal = order.Password is { } password ? SetPassword(link, order, entry, password, acts) : null;
        var opens = entry.HasPassword || order.Password is not null && refusal is null;
        if (order.Desired.IsActive && entry.IsDisabled && opens) SetControl(link, entry, disabled: false, acts);
        return new DeliveryResult(entry.Id, acts, refusal, LacksPassword: order.Desired.IsActive && !opens);
    }

    // Only what bears our mark of this very person.
    private DeliveryResult Remove(DirectoryLink link, DeliveryOrder order)
    {
        if (find.Run(link, order) is not { } found || found.Entry[settings.IdAttribute] != EntryTemplate.IdOf(order.ProfileId)) return new DeliveryResult(null, []);
        link.Remove(found.Entry.Name);
        return new DeliveryResult(null, ["removed"]);
    }

    private Entry Create(DirectoryLink link, DeliveryOrder order)
    {
        var name = $"CN={LdapText.Value(order.Desired.Login)},{Unit(link, order)}";
        var values = template.Values(order.ProfileId, order.Desired);
        values["userAccountControl"] = NewAccount.ToString(CultureInfo.InvariantCulture);
        try { link.Add(name, "user", values); }
        catch (DirectoryRefusalException e) when (e.Code == ResultCode.EntryAlreadyExists)
        {
            // Another worker made it a moment ago; or the place is held by an account of another login.
            if (find.Run(link, order) is { } mine) return mine.Entry;
            var holder = link.ReadAccount(name);
            throw new DirectoryConflictException(ConflictReason.PlaceTaken, holder?.Id, name, holder?.Login);
        }
        return link.ReadAccount(name) ?? throw new DirectoryAwayException("The account that was made is not seen: another server of the domain answered.");
    }

    private bool SetValues(DirectoryLink link, DeliveryOrder order, Entry entry)
    {
        var changes = template.Changes(entry, order.ProfileId, order.Desired);
        link.Set(entry.Name, changes);
        return changes.Count > 0;
    }

    private Entry Place(DirectoryLink link, DeliveryOrder order, Entry entry, List<string> acts)
    {
        var unit = Unit(link, order);
        if (string.Equals(LdapText.Parent(entry.Name), unit, StringComparison.OrdinalIgnoreCase)) return entry;
        try { link.Move(entry.Name, unit, $"CN={LdapText.Value(order.Desired.Login)}"); }
        catch (DirectoryRefusalException e) when (e.Code == ResultCode.EntryAlreadyExists)
        {
            var holder = link.ReadAccount($"CN={LdapText.Value(order.Desired.Login)},{unit}");
            throw new DirectoryConflictException(ConflictReason.PlaceTaken, holder?.Id, holder?.Name, holder?.Login);
        }
        acts.Add("moved");
        return link.ReadAccount($"<GUID={entry.Id:D}>") ?? throw new DirectoryAwayException("The account that was moved is not seen: another server of the domain answered.");
    }

    private string Unit(DirectoryLink link, DeliveryOrder order) => Units.Ensure(link, $"{template.UnitOf(order.Desired)},{link.Base}");

    private static void SetControl(DirectoryLink link, Entry entry, bool disabled, List<string> acts)
    {
        link.Set(entry.Name, [new("userAccountControl", entry.ControlWith(disabled).ToString(CultureInfo.InvariantCulture))]);
        acts.Add(disabled ? "disabled" : "enabled");
    }

    private static PasswordRefusal? SetPassword(DirectoryLink link, DeliveryOrder order, Entry entry, string password, List<string> acts)
    {
        try { link.SetPassword(entry.Name, password); }
        catch (DirectoryRefusalException e) when (PasswordRefusal.IsOne(e)) { return PasswordRefusal.Explain(link, password, order.Desired); }
        acts.Add("password");
        return null;
    }
}
