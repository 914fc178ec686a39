using System.DirectoryServices.Protocols;
using System.Globalization;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>An account as the directory has it. Prints its id alone.</summary>
internal sealed class Entry(SearchResultEntry found)
{
    /// <summary>userAccountControl: the account is disabled ([MS-ADTS] §2.2.16).</summary>
    private const int Disabled = 2;

    public string Name => found.DistinguishedName;
    public Guid Id { get; } = new((byte[])found.Attributes["objectGUID"].GetValues(typeof(byte[]))[0]);
    public string? Login => this["sAMAccountName"];
    public bool IsPerson => All("objectClass").Contains("user", StringComparer.OrdinalIgnoreCase) && !All("objectClass").Contains("computer", StringComparer.OrdinalIgnoreCase);
    /// <summary>Of the domain's own: administrators and what it cannot be without.</summary>
    public bool IsProtected => this["adminCount"] == "1" || string.Equals(this["isCriticalSystemObject"], "TRUE", StringComparison.OrdinalIgnoreCase);
    public int Control => int.TryParse(this["userAccountControl"], CultureInfo.InvariantCulture, out var control) ? control : 0;
    public bool IsDisabled => (Control & Disabled) != 0;
    /// <summary>Somebody has set a password since it was made.</summary>
    public bool HasPassword => this["pwdLastSet"] is { } set && set != "0";
    public IReadOnlyList<string> Groups => All("memberOf");

    public string? this[string attribute] => found.Attributes.Contains(attribute) ? found.Attributes[attribute].GetValues(typeof(string)).Cast<string>().FirstOrDefault() : null;

    private List<string> All(string attribute) => found.Attributes.Contains(attribute) ? [.. found.Attributes[attribute].GetValues(typeof(string)).Cast<string>()] : [];

    /// <summary>The control number with the account open or closed; what else it says stays.</summary>
    public int ControlWith(bool disabled) => disabled ? Control | Disabled : Control & ~Disabled;

    /// <summary>What is read of an account, besides the attributes of the settings.</summary>
    public static string[] Attributes(DirectorySettings settings) =>
    [
        "objectGUID", "objectClass", "sAMAccountName", "userPrincipalName", "displayName", "givenName", "sn", "middleName", "department", "title", "comment",
        "userAccountControl", "pwdLastSet", "memberOf", "adminCount", "isCriticalSystemObject", settings.IdAttribute,
        .. settings.SnilsAttribute.Length > 0 ? new[] { settings.SnilsAttribute } : [],
    ];

    public override string ToString() => $"entry {Id}";
}
