using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.People;

namespace Aupd.Workplace.Reconcile;

/// <summary>Holds an entry against what it should be, by the same templates by which accounts are delivered. Writes nothing.</summary>
internal sealed class CompareAccount(DirectorySettings settings, EntryTemplate template)
{
    /// <summary>Nothing where all is as it should be.</summary>
    public IEnumerable<Drift> Run(DirectoryLink link, Entry entry, ComparedAccount account)
    {
        var desired = account.Account;
        if (template.Changes(entry, account.ProfileId, desired) is { Count: > 0 } changes)
            yield return Of(DriftKind.Changed, string.Join(", ", changes.Select(c => c.Key).Order(StringComparer.OrdinalIgnoreCase)));
        var unit = $"{template.UnitOf(desired)},{link.Base}";
        if (!StandsIn(link, entry, unit)) yield return Of(DriftKind.Unit, $"in {LdapText.Parent(entry.Name)}, should be in {unit}");
        if (!IsIn(link, entry, template.GroupsOf(desired))) yield return Of(DriftKind.Groups, string.Join(", ", template.GroupsOf(desired)));
        if (!desired.IsActive && !entry.IsDisabled) yield return Of(DriftKind.Open, entry.Name);
        // One that never had a password waits for it; that is no drift.
        if (desired.IsActive && entry.IsDisabled && entry.HasPassword) yield return Of(DriftKind.Closed, entry.Name);

        Drift Of(string kind, string detail) => new(kind, account.ProfileId, desired.Login, detail);
    }

    // The server may spell a name in another way than we: it is asked where the texts differ, and remembered.
    private static bool StandsIn(DirectoryLink link, Entry entry, string unit)
    {
        var parent = LdapText.Parent(entry.Name);
        return Same(parent, unit) || Spelling(link, unit) is { } spelled && Same(parent, spelled);
    }

    private bool IsIn(DirectoryLink link, Entry entry, IReadOnlyList<string> names)
    {
        var unit = $"{settings.GroupsOu},{link.Base}";
        unit = Spelling(link, unit) ?? unit;
        var held = entry.Groups.Where(g => Same(LdapText.Parent(g), unit)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (held.Count != names.Count) return false;
        return names.Select(n => $"CN={LdapText.Value(n)},{unit}").All(g => held.Contains(g) || Spelling(link, g) is { } spelled && held.Contains(spelled));
    }

    private static string? Spelling(DirectoryLink link, string name)
    {
        if (link.Known.TryGetValue(name, out var known)) return known;
        return link.Read(name, "objectClass") is { } found ? link.Known[name] = found.DistinguishedName : null;
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
