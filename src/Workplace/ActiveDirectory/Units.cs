using System.DirectoryServices.Protocols;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>Organisational units of the templates, made where they are missing.</summary>
internal static class Units
{
    /// <summary>The unit's name as the server spells it.</summary>
    /// <exception cref="DirectoryRefusalException">The base itself is not there, or we may not make units.</exception>
    public static string Ensure(DirectoryLink link, string name)
    {
        if (link.Known.TryGetValue(name, out var known)) return known;
        if (link.Read(name, "objectClass") is not { } found)
        {
            if (string.Equals(name, link.Base, StringComparison.OrdinalIgnoreCase) || LdapText.Parent(name).Length == 0)
                throw new DirectoryRefusalException(ResultCode.NoSuchObject, $"there is no {link.Base}: see Workplace:Directory:BaseName");
            var parent = Ensure(link, LdapText.Parent(name));
            try { link.Add($"{name[..(name.Length - LdapText.Parent(name).Length - 1)]},{parent}", "organizationalUnit", []); }
            catch (DirectoryRefusalException e) when (e.Code == ResultCode.EntryAlreadyExists) { }
            found = link.Read(name, "objectClass") ?? throw new DirectoryAwayException("A unit that was made is not seen: another server of the domain answered.");
        }
        return link.Known[name] = found.DistinguishedName;
    }
}
