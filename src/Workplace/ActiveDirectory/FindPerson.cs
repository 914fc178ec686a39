using Aupd.Workplace.Delivery;
using Aupd.Workplace.People;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>Finds a person's account before anything is made: by the directory's own id of it, by our id of the person, by the keyed СНИЛС, by the
/// login. Stops for a person to decide wherever it might be somebody else's.</summary>
internal sealed class FindPerson(DirectorySettings settings)
{
    /// <summary>Null where the person has none.</summary>
    /// <exception cref="DirectoryConflictException">It is not sure that the account is his.</exception>
    public (Entry Entry, bool IsAdopted)? Run(DirectoryLink link, DeliveryOrder order)
    {
        if (ByObject(link, order.ObjectId, order) is { } known) return (known, false);
        if (ByObject(link, order.ClaimedObjectId, order) is { } claimed) return (claimed, true);
        if (One(link, settings.IdAttribute, EntryTemplate.IdOf(order.ProfileId)) is { } marked) return (WithFreeLogin(link, marked, order), false);
        if (settings.SnilsAttribute.Length > 0 && order.Desired.SnilsKey is { } key && One(link, settings.SnilsAttribute, EntryTemplate.SnilsMark(key)) is { } same)
        {
            if (IsOfAnother(same, order)) throw Conflict(ConflictReason.IdOfAnother, same);
            return (WithFreeLogin(link, same, order), true);
        }
        return ByLogin(link, order) is { } named ? (named, true) : null;
    }

    private Entry? ByObject(DirectoryLink link, Guid? id, DeliveryOrder order)
    {
        if (id is null || link.ReadAccount($"<GUID={id:D}>") is not { IsPerson: true } entry) return null;
        if (entry.IsProtected) throw Conflict(ConflictReason.Protected, entry);
        // Somebody has given the account to another since; a person's word outweighs it.
        if (IsOfAnother(entry, order) && id != order.ClaimedObjectId) return null;
        return WithFreeLogin(link, entry, order);
    }

    private static Entry? One(DirectoryLink link, string attribute, string value)
    {
        // Without a word about what kind of entry it is: Samba would look through the list of all people first.
        var found = link.Find($"({attribute}={LdapText.Filter(value)})").Where(e => e.IsPerson).ToList();
        if (found.Count > 1) throw Conflict(ConflictReason.Several, found[0]);
        if (found is [{ IsProtected: true } own]) throw Conflict(ConflictReason.Protected, own);
        return found.Count == 1 ? found[0] : null;
    }

    // An account that is his may bear an older login: it gets the issued one, unless that is taken.
    private static Entry WithFreeLogin(DirectoryLink link, Entry entry, DeliveryOrder order)
    {
        if (string.Equals(entry.Login, order.Desired.Login, StringComparison.OrdinalIgnoreCase)) return entry;
        return OfLogin(link, order.Desired.Login) is { } other ? throw Conflict(ConflictReason.LoginOfAnother, other) : entry;
    }

    private Entry? ByLogin(DirectoryLink link, DeliveryOrder order)
    {
        if (OfLogin(link, order.Desired.Login) is not { } entry) return null;
        if (!entry.IsPerson) throw Conflict(ConflictReason.LoginOfNoPerson, entry);
        if (entry.IsProtected) throw Conflict(ConflictReason.Protected, entry);
        if (IsOfAnother(entry, order)) throw Conflict(ConflictReason.LoginOfAnother, entry);
        if (Snils(entry) is { } key && order.Desired.SnilsKey is { } mine && key != EntryTemplate.SnilsMark(mine)) throw Conflict(ConflictReason.SnilsDiffers, entry);
        return NameEvidence.Agrees(order.Desired, entry["sn"], entry["givenName"], entry["middleName"], entry["displayName"]) ? entry : throw Conflict(ConflictReason.NameDiffers, entry);
    }

    private static Entry? OfLogin(DirectoryLink link, string login) => link.Find($"(sAMAccountName={LdapText.Filter(login)})").FirstOrDefault();

    private bool IsOfAnother(Entry entry, DeliveryOrder order) =>
        entry[settings.IdAttribute] is { Length: > 0 } id && Guid.TryParse(id, out var profile) && profile != order.ProfileId;

    // What other programs may have written there is no СНИЛС of ours.
    private string? Snils(Entry entry) =>
        settings.SnilsAttribute.Length > 0 && entry[settings.SnilsAttribute] is { } mark && mark.StartsWith(EntryTemplate.SnilsMark(""), StringComparison.Ordinal) ? mark : null;

    private static DirectoryConflictException Conflict(string reason, Entry entry) => new(reason, entry.Id, entry.Name, entry.Login);
}
