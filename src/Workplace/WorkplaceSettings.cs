using System.ComponentModel.DataAnnotations;

namespace Aupd.Workplace;

/// <summary>The schools' directory (Active Directory or Samba), where a login opens classroom computers. Section
/// <c>Workplace:Directory</c>.</summary>
/// <remarks>Templates know <c>{nsi}</c>, <c>{ekis}</c>, <c>{school}</c>, <c>{district}</c>, <c>{class}</c> and <c>{login}</c>; what stands in
/// for them is escaped. What a school has not got is written as <c>none</c>.</remarks>
public sealed record DirectorySettings : IValidatableObject
{
    public const string Section = "Workplace:Directory";

    /// <summary>Host of the directory server as its certificate names it; empty: there is no directory, nothing is delivered.</summary>
    public string Server { get; init; } = "";
    /// <summary>TCP port of LDAPS.</summary>
    [Range(1, 65535)] public int Port { get; init; } = 636;
    /// <summary>PEM file of the authorities that may have signed the server's certificate; no other is believed.</summary>
    public string CaFile { get; init; } = "";
    /// <summary>Account by which accounts are kept: a distinguished name or name@domain.</summary>
    public string BindName { get; init; } = "";
    /// <summary>Its password.</summary>
    public string BindPassword { get; init; } = "";
    /// <summary>Naming context of the domain (<c>DC=obr,DC=example</c>); people are searched for below it. Empty: as the server says.</summary>
    public string BaseName { get; init; } = "";
    /// <summary>Domain behind user principal names, as in login@district.obr.domain; empty: that of Teams (<c>SignIn:TeamsDomain</c>).</summary>
    public string Domain { get; init; } = "";
    /// <summary>Where accounts of staff stand, below the base.</summary>
    [Required] public string StaffOu { get; init; } = "OU=Staff,OU={nsi},OU=Schools";
    /// <summary>Where accounts of pupils stand, below the base.</summary>
    [Required] public string PupilOu { get; init; } = "OU=Pupils,OU={nsi},OU=Schools";
    /// <summary>Where accounts of people who have left wait for their removal, below the base.</summary>
    [Required] public string LeaversOu { get; init; } = "OU=Left,OU=Schools";
    /// <summary>Where our groups stand, below the base. Membership in groups elsewhere is never touched.</summary>
    [Required] public string GroupsOu { get; init; } = "OU=Groups,OU=Schools";
    /// <summary>Groups of staff, by name, separated by commas; made where they are missing.</summary>
    public string StaffGroups { get; init; } = "staff-{nsi}";
    /// <summary>Groups of teachers, besides those of staff.</summary>
    public string TeacherGroups { get; init; } = "teachers-{nsi}";
    /// <summary>Groups of pupils.</summary>
    public string PupilGroups { get; init; } = "pupils-{nsi},class-{nsi}-{class}";
    /// <summary>Schools with templates of their own.</summary>
    public IReadOnlyList<SchoolTemplates> Schools { get; init; } = [];
    /// <summary>Attribute that holds our id of the person; index it in a large directory, <c>./aupd workplace check</c> says how.</summary>
    [RegularExpression("[A-Za-z][A-Za-z0-9-]*")] public string IdAttribute { get; init; } = "employeeNumber";
    /// <summary>Attribute with a keyed hash of the СНИЛС, by which an account is found whose id was lost; empty: none.</summary>
    [RegularExpression("([A-Za-z][A-Za-z0-9-]*)?")] public string SnilsAttribute { get; init; } = "adminDescription";
    /// <summary>How long the account of a person who has left waits, disabled, before it is removed, in days.</summary>
    [Range(1, 3650)] public int RemoveAfterDays { get; init; } = 180;
    /// <summary>Accounts written at once by one node. Samba writes some thirty passwords a second, whatever this says.</summary>
    [Range(1, 16)] public int Lanes { get; init; } = 2;
    /// <summary>Longest wait for an answer of the directory, in seconds; a search through everybody has two minutes.</summary>
    [Range(1, 120)] public int TimeoutSeconds { get; init; } = 15;

    public bool IsConfigured => Server.Length > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsConfigured) yield break;
        if (CaFile.Length == 0) yield return new ValidationResult("CaFile is empty: without it no certificate could be believed.");
        else if (!File.Exists(CaFile)) yield return new ValidationResult($"there is no file CaFile \"{CaFile}\".");
        if (BindName.Length == 0 || BindPassword.Length == 0) yield return new ValidationResult("BindName and BindPassword must be given.");
    }
}

/// <summary>Templates of one school, in the place of those for all; an empty one leaves that for all in force.</summary>
public sealed record SchoolTemplates
{
    /// <summary>NSI id of the school.</summary>
    [Required] public string NsiId { get; init; } = "";
    /// <summary>Where its staff stand.</summary>
    public string StaffOu { get; init; } = "";
    /// <summary>Where its pupils stand.</summary>
    public string PupilOu { get; init; } = "";
    /// <summary>Groups of its staff.</summary>
    public string StaffGroups { get; init; } = "";
    /// <summary>Groups of its pupils.</summary>
    public string PupilGroups { get; init; } = "";
}

/// <summary>Passwords on their way to the directory. Section <c>Workplace:Passwords</c>.</summary>
public sealed record PasswordSettings
{
    public const string Section = "Workplace:Passwords";

    /// <summary>How long a password waits for the directory before it is forgotten, in hours.</summary>
    [Range(1, 720)] public int WaitHours { get; init; } = 72;
    /// <summary>How long passwords are encrypted to one key before the next is made, in days.</summary>
    [Range(1, 366)] public int KeyDays { get; init; } = 90;
}
