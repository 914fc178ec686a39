using System.ComponentModel.DataAnnotations;
using Aupd.SignIn.Badges;
using Aupd.SignIn.Devices;
using Aupd.SignIn.Family;
using Aupd.SignIn.Qr;

namespace Aupd.SignIn;

/// <summary>The school gateway. Section <c>SignIn</c>.</summary>
public sealed record SignInSettings
{
    public const string Section = "SignIn";

    /// <summary>Secret of the gateway's client at the portal; empty: derived from the master key, as the portal of this program does.</summary>
    public string PortalClientSecret { get; init; } = "";
    /// <summary>Issuer of another OpenID Connect portal; empty: the portal of this program.</summary>
    public string PortalIssuer { get; init; } = "";
    /// <summary>Address of the portal for its password check and login news; empty: the issuer.</summary>
    public string PortalApi { get; init; } = "";
    /// <summary>Where people change their data at another portal; empty: the profile of the portal of this program, which leads back here.</summary>
    public string PortalProfileUrl { get; init; } = "";
    /// <summary>Where people set up a second step of sign-in at another portal; empty: not offered there.</summary>
    public string PortalSecondFactorUrl { get; init; } = "";
    /// <summary>How long after the password was given a copy of all personal data may be taken, in minutes.</summary>
    [Range(1, 240)] public int CopyWithinMinutes { get; init; } = 10;
    /// <summary>How many copies of all personal data a person may take in an hour.</summary>
    [Range(1, 100)] public int CopiesPerHour { get; init; } = 5;
    /// <summary>How often in an hour a person may ask for the accounts of the login to be delivered again.</summary>
    [Range(1, 100)] public int RepairsPerHour { get; init; } = 5;
    /// <summary>How long a person may be away before signing in again, in minutes.</summary>
    [Range(5, 10_080)] public int SessionIdleMinutes { get; init; } = 240;
    /// <summary>How long a session lasts at most, in hours.</summary>
    [Range(1, 2_160)] public int SessionHours { get; init; } = 168;
    /// <summary>How long the gateway waits for the portal's password check, in seconds.</summary>
    [Range(1, 60)] public int PortalTimeoutSeconds { get; init; } = 10;
    /// <summary>Wrong passwords at activation before a pause.</summary>
    [Range(3, 50)] public int ActivationTries { get; init; } = 5;
    /// <summary>Length of that pause and of the window in which tries are counted, in minutes.</summary>
    [Range(1, 1440)] public int ActivationWindowMinutes { get; init; } = 15;
    /// <summary>Sign-in on a screen by a code that a phone confirms.</summary>
    public QrSettings Qr { get; init; } = new();
    /// <summary>Bound devices, and sign-ins on devices of others.</summary>
    public DeviceSettings Devices { get; init; } = new();
    /// <summary>Children's accounts and their guardians.</summary>
    public FamilySettings Family { get; init; } = new();
    /// <summary>Printed badges for the pupils of the first grades.</summary>
    public BadgeSettings Badges { get; init; } = new();
    /// <summary>Client where staff land after sign-in.</summary>
    [Required] public string StaffService { get; init; } = "journal";
    /// <summary>Client where pupils and guardians land after sign-in.</summary>
    [Required] public string FamilyService { get; init; } = "diary";
    /// <summary>Domain of Teams names, as in login@district.obr.domain; empty: Teams is not mentioned.</summary>
    public string TeamsDomain { get; init; } = "school.example";
    /// <summary>Name of the school Wi-Fi network for staff.</summary>
    public string StaffWifi { get; init; } = "Study";
    /// <summary>Name of the school Wi-Fi network for pupils.</summary>
    public string PupilWifi { get; init; } = "Study";
    /// <summary>The old entrance (the legacy diary), offered when activation fails; empty: not offered.</summary>
    public string OldEntranceUrl { get; init; } = "";
    /// <summary>Name of the old entrance as people say it.</summary>
    public string OldEntranceName { get; init; } = "старый дневник";
    /// <summary>The same in English.</summary>
    public string OldEntranceNameEnglish { get; init; } = "the old diary";
    /// <summary>News on the start page; empty texts: none is shown.</summary>
    public StartNotice Notice { get; init; } = new();
    /// <summary>Other ways in, for residents of other regions (Госуслуги, Яндекс); shown in this order.</summary>
    public IReadOnlyList<NamedLink> OtherEntrances { get; init; } = [];
    /// <summary>Help pages; empty: not shown.</summary>
    public string HelpUrl { get; init; } = "";
    /// <summary>Information support; empty: not shown.</summary>
    public string InformationUrl { get; init; } = "";
    /// <summary>Pages of the service in social networks.</summary>
    public IReadOnlyList<NamedLink> Links { get; init; } = [];
}

/// <summary>A notice on the start page.</summary>
public sealed record StartNotice
{
    /// <summary>Heading of the notice; empty: no notice.</summary>
    public string Title { get; init; } = "Одна учётная запись для всех сервисов";
    /// <summary>The same in English.</summary>
    public string TitleEnglish { get; init; } = "One account for every service";
    /// <summary>One or two sentences.</summary>
    public string Text { get; init; } = "Журнал, дневник, библиотека и портфолио теперь открываются одним входом.";
    /// <summary>The same in English.</summary>
    public string TextEnglish { get; init; } = "Journal, diary, library and portfolio now open with a single sign-in.";
    /// <summary>Where "Подробнее" leads; empty: to the page "Как получить доступ?".</summary>
    public string MoreUrl { get; init; } = "";
}

/// <summary>A link with its name in both languages.</summary>
public sealed record NamedLink
{
    /// <summary>As shown in Russian.</summary>
    [Required] public string Name { get; init; } = "";
    /// <summary>As shown in English; empty: the Russian name.</summary>
    public string NameEnglish { get; init; } = "";
    /// <summary>Where it leads, a full address.</summary>
    [Required] public string Url { get; init; } = "";
}
