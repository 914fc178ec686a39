using Npgsql;

namespace Aupd.SignIn.Doors;

/// <summary>Says how a person's login fares in some of the places where it is good. Any number of modules implement it, each for its own places.</summary>
public interface ILoginHealth
{
    /// <summary>A lamp for each place of this implementation that is set up in this region; none where nothing is. A few round trips at most.</summary>
    Task<IReadOnlyList<LoginLamp>> OfAsync(Guid profileId, CancellationToken ct);
}

/// <summary>Puts a person's accounts into the queues of delivery again. The module Workplace implements it.</summary>
public interface ILoginRepair
{
    /// <summary>In the caller's transaction. Returns in how many places the account is looked at again.</summary>
    Task<int> AgainAsync(NpgsqlConnection connection, Guid profileId, CancellationToken ct);
}

/// <summary>Where a login is good, in the order in which people are shown it.</summary>
public enum LoginPart { Portal, Gateway, Computer, Wifi, Teams }

/// <summary>How a login fares in one place.</summary>
public enum LampState { Works, Waits, Broken, Unused }

/// <summary>The same words in both languages, for a tired parent.</summary>
public sealed record LampText(string Russian, string English);

/// <param name="Told">Why it does not work or is waited for, and what to do; null where it works.</param>
/// <param name="SucceededAt">When it last worked; null when that is not known.</param>
/// <param name="FailedAt">When it last did not, and why (<paramref name="Failure"/>).</param>
/// <param name="PasswordAt">When the password was last handed over; null where none is.</param>
/// <param name="Password">Why the password does not work there.</param>
public sealed record LoginLamp(
    LoginPart Part, LampState State, LampText? Told = null, DateTimeOffset? SucceededAt = null, DateTimeOffset? FailedAt = null, LampText? Failure = null,
    DateTimeOffset? PasswordAt = null, PasswordTrouble? Password = null);
