using System.ComponentModel.DataAnnotations;

namespace Aupd.SignIn.Family;

/// <summary>What guardians do for their children.</summary>
public sealed record FamilySettings
{
    /// <summary>Whether the portal makes accounts and first passwords of children for the gateway; another portal than this program's may not.</summary>
    public bool PortalMakesAccounts { get; init; } = true;
    /// <summary>How long the sheet with login and first password can be looked at and printed, in minutes from the order.</summary>
    [Range(2, 60)] public int SheetMinutes { get; init; } = 10;
    /// <summary>How many accounts, passwords, ends of sessions and trusted persons one guardian may order in an hour.</summary>
    [Range(1, 1000)] public int ActsPerHour { get; init; } = 30;
    /// <summary>How many trusted persons one child may have at once, of all guardians together.</summary>
    [Range(1, 50)] public int MostTrusted { get; init; } = 5;
}
