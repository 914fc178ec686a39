using System.DirectoryServices.Protocols;
using System.Globalization;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>The groups that the templates name, all below one unit. Groups elsewhere are others' and stay as they are.</summary>
internal sealed class OurGroups(DirectorySettings settings, DirectoryLink link)
{
    /// <summary>groupType of a global security group ([MS-ADTS] §2.2.12).</summary>
    private const int GlobalSecurity = unchecked((int)0x80000002);

    /// <returns>Whether anything was changed.</returns>
    public bool Set(Entry entry, IReadOnlyList<string> names)
    {
        var unit = Units.Ensure(link, $"{settings.GroupsOu},{link.Base}");
        var wanted = names.Select(n => Ensure(n, unit)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var held = entry.Groups.Where(g => string.Equals(LdapText.Parent(g), unit, StringComparison.OrdinalIgnoreCase)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var group in wanted.Except(held, StringComparer.OrdinalIgnoreCase))
            Change(group, entry, DirectoryAttributeOperation.Add, ResultCode.EntryAlreadyExists, ResultCode.AttributeOrValueExists);
        foreach (var group in held.Except(wanted, StringComparer.OrdinalIgnoreCase))
            Change(group, entry, DirectoryAttributeOperation.Delete, ResultCode.NoSuchAttribute, ResultCode.UnwillingToPerform);
        return !wanted.SetEquals(held);
    }

    // Another worker may have done the same a moment ago.
    private void Change(string group, Entry entry, DirectoryAttributeOperation operation, params ResultCode[] done)
    {
        try { link.Change(group, "member", operation, entry.Name); }
        catch (DirectoryRefusalException e) when (done.Contains(e.Code)) { }
    }

    private string Ensure(string name, string unit)
    {
        var full = $"CN={LdapText.Value(name)},{unit}";
        if (link.Known.TryGetValue(full, out var known)) return known;
        if (link.Read(full, "objectClass") is not { } found)
        {
            try
            {
                link.Add(full, "group", [new("sAMAccountName", LdapText.AccountName(name)), new("groupType", GlobalSecurity.ToString(CultureInfo.InvariantCulture))]);
            }
            catch (DirectoryRefusalException e) when (e.Code == ResultCode.EntryAlreadyExists) { }
            found = link.Read(full, "objectClass")
                ?? throw new DirectoryRefusalException(ResultCode.EntryAlreadyExists, $"the name of the group {name} is held by something outside of {unit}");
        }
        return link.Known[full] = found.DistinguishedName;
    }
}
