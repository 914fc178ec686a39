using System.ComponentModel.DataAnnotations;

namespace Aupd.Portal;

/// <summary>The school gateway as a client of the portal. Section <c>Portal:School</c>.</summary>
public sealed record SchoolLinkSettings
{
    public const string Section = "Portal:School";

    /// <summary>Secret of the client <c>school</c>; empty: derived from the master key, as the gateway derives it too.</summary>
    public string ClientSecret { get; init; } = "";
    /// <summary>Password checks and logins issued that the gateway may ask for in a minute, for all accounts together.</summary>
    [Range(1, 1_000_000)] public int AsksPerMinute { get; init; } = 1200;
    /// <summary>Accounts of children, first passwords, messages and ends of sessions that the gateway may ask for in a minute, for all accounts
    /// together.</summary>
    [Range(1, 1_000_000)] public int FamilyAsksPerMinute { get; init; } = 300;
    /// <summary>Password checks for the schools' Wi-Fi that the gateway may ask for in a minute, for all accounts together.</summary>
    [Range(1, 1_000_000)] public int NetworkAsksPerMinute { get; init; } = 12_000;
    /// <summary>How long the gateway is kept waiting for such a check, in milliseconds. Access points ask again after some three seconds.</summary>
    [Range(100, 60_000)] public int NetworkDeadlineMilliseconds { get; init; } = 2000;
    /// <summary>How long a password that was right is recognised without hashing it anew, in seconds; 0: never. Devices ask at every roam. A changed
    /// password or a closed account ends it at once. See docs/decisions/0060-who-checks-a-password-for-wifi.md.</summary>
    [Range(0, 3600)] public int NetworkRememberSeconds { get; init; } = 600;
    /// <summary>How long a first password can be replaced by one's own, in days: a sheet that lies about longer opens nothing.</summary>
    [Range(1, 365)] public int FirstPasswordDays { get; init; } = 60;
}

/// <summary>Argon2id by libsodium; one lane (p=1) always, which is all that libsodium computes. On Linux a hash takes a fifth less where
/// /sys/kernel/mm/transparent_hugepage/enabled is set to always (bench/README.md). Section <c>Portal:Hashing</c>.</summary>
public sealed record HashingSettings
{
    public const string Section = "Portal:Hashing";

    /// <summary>Memory of one hash, in KiB. 19456 (19 MiB) with two passes is what OWASP asks.</summary>
    [Range(7168, 1_048_576)] public int MemoryKiB { get; init; } = 19_456;
    /// <summary>Passes over the memory.</summary>
    [Range(1, 10)] public int Passes { get; init; } = 2;
    /// <summary>Hashes computed at once, each on a thread of its own; 0: as many as the machine has cores.</summary>
    [Range(0, 256)] public int AtOnce { get; init; }
    /// <summary>People who may wait for a hash at once; whoever comes then is told to come back.</summary>
    [Range(1, 100_000)] public int LongestQueue { get; init; } = 2000;
    /// <summary>Longest wait for a hash to begin, in milliseconds; then 503. Eight seconds is about as long as people look at a blank
    /// page.</summary>
    [Range(10, 60_000)] public int LongestWaitMilliseconds { get; init; } = 8000;
}

/// <summary>How long a browser stays signed in to the portal. Section <c>Portal:Sessions</c>.</summary>
public sealed record SessionSettings
{
    public const string Section = "Portal:Sessions";

    /// <summary>A session ends when its browser was not seen for this long, in minutes.</summary>
    [Range(1, 43_200)] public int IdleMinutes { get; init; } = 120;
    /// <summary>A session ends this long after the password was typed, in hours, whatever happens.</summary>
    [Range(1, 720)] public int AbsoluteHours { get; init; } = 12;
    /// <summary>A session on somebody else's device ends this long after the sign-in, in minutes.</summary>
    [Range(5, 240)] public int ForeignMinutes { get; init; } = 30;
    /// <summary>How long a browser is remembered as one where a person has signed in before, in days; it keeps strangers from locking him
    /// out there.</summary>
    [Range(1, 730)] public int KnownDeviceDays { get; init; } = 365;
}

/// <summary>How often a password may be tried; see docs/decisions/0011-lock-out.md. Section <c>Portal:Attempts</c>.</summary>
public sealed record AttemptSettings
{
    public const string Section = "Portal:Attempts";

    /// <summary>Wrong passwords in a row for one account from one network, or from one known device, before it has to wait.</summary>
    [Range(1, 1000)] public int PerAccountAndPlace { get; init; } = 5;
    /// <summary>Window in which those are counted and after which they are forgotten, in minutes.</summary>
    [Range(1, 1440)] public int WindowMinutes { get; init; } = 15;
    /// <summary>Wrong passwords for one account in an hour from all unknown devices together before those are slowed down.</summary>
    [Range(1, 100_000)] public int PerAccountPerHour { get; init; } = 30;
    /// <summary>When slowed down, unknown devices together get one try in so many seconds.</summary>
    [Range(1, 3600)] public int SlowPaceSeconds { get; init; } = 30;
    /// <summary>Wrong passwords from one network for all accounts together within the window. A school of a thousand sits behind one
    /// address.</summary>
    [Range(1, 1_000_000)] public int PerPlace { get; init; } = 300;
}
