using System.ComponentModel.DataAnnotations;

namespace Aupd.Workplace.Wifi;

/// <summary>The Wi-Fi of the schools (802.1X): who gets which network, and what devices are told. Section <c>Workplace:Wifi</c>.</summary>
public sealed record WifiSettings : IValidatableObject
{
    public const string Section = "Workplace:Wifi";
    private const string VlanForm = "[A-Za-z0-9_.-]{0,32}";

    /// <summary>Name of the network in the files that set devices up; empty: there are none to download.</summary>
    [StringLength(32)] public string Ssid { get; init; } = "";
    /// <summary>Name in the certificate of the RADIUS servers, which devices ask for.</summary>
    [RegularExpression("[A-Za-z0-9.-]{0,253}")] public string ServerName { get; init; } = "";
    /// <summary>PEM file of the one authority that may have signed that certificate; it goes into the files for devices.</summary>
    public string CaFile { get; init; } = "";
    /// <summary>Domain that may stand behind a login, itself or with more before it (login@zao.obr.domain); any other domain is nobody's here. Empty:
    /// that of the directory, or of Teams.</summary>
    [RegularExpression("[A-Za-z0-9.-]{0,253}")] public string Realm { get; init; } = "";
    /// <summary>What devices say outside of the tunnel in the place of the login; the domain is added.</summary>
    [RegularExpression("[A-Za-z0-9._-]{0,64}")] public string OuterName { get; init; } = "anonymous";
    /// <summary>VLAN of teachers: number or name; empty: as for staff.</summary>
    [RegularExpression(VlanForm)] public string TeacherVlan { get; init; } = "";
    /// <summary>VLAN of staff; empty: the access point's own.</summary>
    [RegularExpression(VlanForm)] public string StaffVlan { get; init; } = "";
    /// <summary>VLAN of pupils; empty: the access point's own.</summary>
    [RegularExpression(VlanForm)] public string PupilVlan { get; init; } = "";
    /// <summary>VLAN of people of other schools, where a RADIUS server is one school's; empty: they are refused.</summary>
    [RegularExpression(VlanForm)] public string VisitorVlan { get; init; } = "";
    /// <summary>RADIUS attribute Class. Knows <c>{role}</c> (teacher, staff, pupil or visitor), <c>{nsi}</c>, <c>{district}</c> and <c>{class}</c>; empty:
    /// none.</summary>
    [StringLength(100)] public string Class { get; init; } = "{role}";
    /// <summary>Schools with VLANs of their own.</summary>
    public IReadOnlyList<SchoolWifiTemplates> Schools { get; init; } = [];
    /// <summary>After how long a device has to ask again, in minutes: so long a person who has left may still be online. 0: as the access point
    /// likes.</summary>
    [Range(0, 1440)] public int ReauthenticateMinutes { get; init; } = 240;
    /// <summary>How long the portal may take to check a password, in milliseconds; above Portal:School:NetworkDeadlineMilliseconds, below what the
    /// RADIUS server waits.</summary>
    [Range(200, 60_000)] public int DeadlineMilliseconds { get; init; } = 2500;
    /// <summary>How long a device with which a person has joined is known, in days.</summary>
    [Range(1, 730)] public int DeviceDays { get; init; } = 180;
    /// <summary>How long counted refusals are kept, in days.</summary>
    [Range(1, 365)] public int RefusalDays { get; init; } = 30;
    /// <summary>How long it is kept who was online when, in days.</summary>
    [Range(1, 1100)] public int AccountingDays { get; init; } = 180;

    public bool HasProfiles => Ssid.Length > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!HasProfiles) yield break;
        if (ServerName.Length == 0) yield return new ValidationResult("ServerName must be given with Ssid: without it devices would trust any server.");
        if (CaFile.Length == 0) yield return new ValidationResult("CaFile must be given with Ssid: without it devices would trust any server.");
        else if (!File.Exists(CaFile)) yield return new ValidationResult($"there is no file CaFile \"{CaFile}\".");
    }
}

/// <summary>What one school does otherwise; an empty one leaves that for all in force.</summary>
public sealed record SchoolWifiTemplates
{
    /// <summary>NSI id of the school.</summary>
    [Required] public string NsiId { get; init; } = "";
    /// <summary>VLAN of its teachers.</summary>
    public string TeacherVlan { get; init; } = "";
    /// <summary>VLAN of its staff.</summary>
    public string StaffVlan { get; init; } = "";
    /// <summary>VLAN of its pupils.</summary>
    public string PupilVlan { get; init; } = "";
    /// <summary>VLAN of its visitors.</summary>
    public string VisitorVlan { get; init; } = "";
    /// <summary>Attribute Class.</summary>
    public string Class { get; init; } = "";
}
