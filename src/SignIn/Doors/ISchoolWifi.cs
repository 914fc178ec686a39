namespace Aupd.SignIn.Doors;

/// <summary>The Wi-Fi of the schools as the person sees it in the cabinet. The module Workplace implements it.</summary>
public interface ISchoolWifi
{
    /// <summary>There is a network that people can set up by themselves.</summary>
    bool IsOffered { get; }

    /// <summary>Null where the region has none to set up. One round trip.</summary>
    Task<WifiForPerson?> OfAsync(Guid profileId, string login, CancellationToken ct);

    /// <summary>A file by which a device sets the network up, with the login and without a password; null for a kind that there is not, and where
    /// there is no network.</summary>
    /// <param name="kind"><c>apple</c>, <c>windows</c>, <c>android</c> or <c>ca</c> (the authority's certificate alone).</param>
    WifiProfile? Profile(string kind, string login);
}

/// <param name="Ssid">Name of the network.</param>
/// <param name="ServerName">Whose certificate the device has to ask for.</param>
/// <param name="OuterName">What is said outside of the tunnel in the place of the login.</param>
/// <param name="CaFingerprint">SHA-256 of the authority's certificate, in hexadecimal, upper case, with colons.</param>
/// <param name="LastJoinedAt">Null: never yet.</param>
/// <param name="Refusal">The newest, if it came after the last time that the person has joined.</param>
public sealed record WifiForPerson(string Ssid, string ServerName, string OuterName, string CaFingerprint, DateTimeOffset? LastJoinedAt, WifiRefusal? Refusal);

/// <param name="Told">Why, and what to do.</param>
/// <param name="IsPassing">Nothing of the person's was wrong: the service had no time.</param>
/// <param name="Trace">A number that support finds it by.</param>
public sealed record WifiRefusal(LampText Told, bool IsPassing, DateTimeOffset At, int Times, string Trace);

public sealed record WifiProfile(byte[] Content, string MediaType, string FileName);
