using Aupd.Kernel.Secrets;
using Aupd.SignIn.Doors;
using Aupd.Workplace.People;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Wifi;

/// <summary>Somebody wants to join. Prints no password.</summary>
/// <param name="Device">Address of the device; empty: not told.</param>
/// <param name="AccessPoint">Where it joins; empty: not told.</param>
internal sealed record WifiAsk(RadiusServer Server, string UserName, string Password, string Device, string AccessPoint)
{
    public override string ToString() => $"ask of {Server.Name}";
}

internal abstract record WifiAnswer
{
    private WifiAnswer() { }
    /// <param name="Login">In the spelling in which it was issued.</param>
    internal sealed record Accepted(string Login, WifiPlace Place) : WifiAnswer;
    /// <param name="Reason">A word of <see cref="RefusalReason"/>; for the trail, never for who asked.</param>
    internal sealed record Refused(string Reason) : WifiAnswer;
    /// <summary>Nothing was compared: the portal is away or has too much to do.</summary>
    internal sealed record NotNow(string Reason) : WifiAnswer;
}

/// <summary>Why somebody was not let in: words kept in the trail and told in the cabinet.</summary>
internal static class RefusalReason
{
    internal const string UnknownLogin = "unknown-login", WrongPassword = "wrong-password", Locked = "locked", Disabled = "disabled", FirstPassword = "first-password",
        NoRole = "no-role", OtherSchool = "other-school", Busy = "busy", PortalDown = "portal-down";
}

/// <summary>May this person join this network: the portal's password, a role at a school today, an account that is open. An unknown login costs what
/// a wrong password costs; what is wrong besides the password is looked at only after the password was right.</summary>
internal sealed class CheckAccess(NpgsqlDataSource source, IActivatedPeople people, INetworkPasswords passwords, WifiPlaces places, WifiTrail trail, Sealer sealer, WifiSettings settings)
{
    private const string JoinedSql = "select last_at from workplace.wifi_device where profile_id = @profileId and device = @device";

    internal async Task<WifiAnswer> RunAsync(WifiAsk ask, CancellationToken ct)
    {
        var login = places.LoginOf(ask.UserName);
        var device = sealer.Index("wifi-device", ask.Device);
        var (person, joinedAt) = await FindAsync(login, device, ct);
        var verdict = await passwords.CheckAsync(person?.Subject, login, ask.Password, Convert.ToHexStringLower(device),
            Convert.ToHexStringLower(sealer.Index("wifi-access-point", $"{ask.Server.Name}\n{ask.AccessPoint}")), joinedAt is not null,
            TimeSpan.FromMilliseconds(settings.DeadlineMilliseconds), ct);
        var answer = Decide(ask, person, verdict);
        switch (answer)
        {
            case WifiAnswer.Accepted: await trail.JoinedAsync(person!.ProfileId, device, joinedAt, ct); break;
            case WifiAnswer.Refused refused: await trail.RefusedAsync(ask, person?.ProfileId, refused.Reason, ct); break;
            case WifiAnswer.NotNow notNow: await trail.RefusedAsync(ask, person?.ProfileId, notNow.Reason, ct); break;
        }
        return answer;
    }

    private async Task<(ActivatedPerson? Person, DateTimeOffset? JoinedAt)> FindAsync(string login, byte[] device, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var person = await people.ByLoginAsync(connection, login, ct);
        var joinedAt = await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(JoinedSql, new { profileId = person?.ProfileId ?? Guid.Empty, device }, cancellationToken: ct));
        return (person, joinedAt);
    }

    private WifiAnswer Decide(WifiAsk ask, ActivatedPerson? person, NetworkPasswordVerdict verdict) => verdict switch
    {
        NetworkPasswordVerdict.Correct when person is not null => Place(ask, person),
        NetworkPasswordVerdict.Wrong => new WifiAnswer.Refused(person is null ? RefusalReason.UnknownLogin : RefusalReason.WrongPassword),
        NetworkPasswordVerdict.Locked => new WifiAnswer.Refused(RefusalReason.Locked),
        NetworkPasswordVerdict.Disabled => new WifiAnswer.Refused(RefusalReason.Disabled),
        NetworkPasswordVerdict.First => new WifiAnswer.Refused(RefusalReason.FirstPassword),
        NetworkPasswordVerdict.Busy => new WifiAnswer.NotNow(RefusalReason.Busy),
        _ => new WifiAnswer.NotNow(RefusalReason.PortalDown),
    };

    private WifiAnswer Place(WifiAsk ask, ActivatedPerson person)
    {
        if (person.IsDisabled) return new WifiAnswer.Refused(RefusalReason.Disabled);
        var desired = DesiredAccount.Of(person, sealer);
        if (!desired.IsActive) return new WifiAnswer.Refused(RefusalReason.NoRole);
        return places.Of(desired.Places, ask.Server.Schools) is { } place ? new WifiAnswer.Accepted(person.Login, place) : new WifiAnswer.Refused(RefusalReason.OtherSchool);
    }
}
