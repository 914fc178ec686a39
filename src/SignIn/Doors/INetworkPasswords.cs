namespace Aupd.SignIn.Doors;

/// <summary>What came of a password with which somebody wanted to join a network.</summary>
public enum NetworkPasswordVerdict
{
    Correct,
    Wrong,
    /// <summary>Too many wrong ones: nothing was compared.</summary>
    Locked,
    /// <summary>It is right, and the account is closed at the portal.</summary>
    Disabled,
    /// <summary>It is right, and somebody else has set it: the person has to choose one at the portal first.</summary>
    First,
    /// <summary>The portal has too much to do: nothing was compared.</summary>
    Busy,
    /// <summary>The portal did not answer.</summary>
    Down,
}

/// <summary>Asks the portal whether a password is the person's, for the Wi-Fi of the schools. Tries are counted apart from the person's own.</summary>
public interface INetworkPasswords
{
    /// <param name="subject">The portal's account id; null: nobody has the login, and the answer is <see cref="NetworkPasswordVerdict.Wrong"/> or
    /// <see cref="NetworkPasswordVerdict.Locked"/>, for the same work.</param>
    /// <param name="login">As it was typed; an unknown one is counted under it.</param>
    /// <param name="device">Of the person, in at most 64 characters.</param>
    /// <param name="network">The access point, in at most 64 characters.</param>
    /// <param name="isKnown">This person has joined with this device before.</param>
    /// <param name="deadline">After which the answer is <see cref="NetworkPasswordVerdict.Down"/>.</param>
    Task<NetworkPasswordVerdict> CheckAsync(
        string? subject, string login, string password, string device, string network, bool isKnown, TimeSpan deadline, CancellationToken ct);
}
