using Aupd.Kernel.Audit;
using Aupd.Kernel.Throttling;
using Aupd.SignIn.Activation;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Sessions;
using Npgsql;

namespace Aupd.SignIn.Cabinet.LoginHealth;

internal abstract record HandOverOutcome
{
    private HandOverOutcome() { }
    internal sealed record HandedOver : HandOverOutcome;
    internal sealed record WrongPassword(int TriesLeft) : HandOverOutcome;
    /// <summary>While it was given, it was changed at the portal: the new one goes its own way, and nothing was kept of the old.</summary>
    internal sealed record Changed : HandOverOutcome;
    internal sealed record TooManyTries : HandOverOutcome;
    /// <summary>The portal has locked or disabled the account.</summary>
    internal sealed record Locked : HandOverOutcome;
    /// <summary>The portal does not answer just now.</summary>
    internal sealed record PortalAway : HandOverOutcome;
    /// <summary>There is no place here that takes passwords.</summary>
    internal sealed record NotWanted : HandOverOutcome;
}

/// <summary>What a person can do for a login that does not work somewhere: have everything delivered again, and, since a password is wiped once it was
/// delivered, give it again. The portal says whether it is the right one.</summary>
internal sealed class RepairLogin(
    NpgsqlDataSource source, ILoginRepair repair, IWorkplacePasswords passwords, PortalApi portal, Throttle throttle, AuditTrail audit, SignInSettings settings)
{
    internal const string Asked = "signin.repair-asked", HandedOver = "signin.password-handed-again", Refused = "signin.password-again-failed";

    private ThrottleRule Repairs => new(Asked, settings.RepairsPerHour, TimeSpan.FromHours(1));
    private ThrottleRule Tries => new(Refused, settings.ActivationTries, TimeSpan.FromMinutes(settings.ActivationWindowMinutes));

    /// <returns>False when it was asked too often.</returns>
    internal async Task<bool> AgainAsync(Visitor visitor, Guid profileId, CancellationToken ct)
    {
        if (!(await throttle.HitAsync(Repairs, visitor.AccountId.ToString(), ct)).Allowed) return false;
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var places = await repair.AgainAsync(connection, profileId, ct);
        await audit.WriteAsync(connection, new AuditLine(Asked, visitor.AccountId.ToString(), profileId.ToString(), visitor.Trace, new { places }), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    internal async Task<HandOverOutcome> HandOverAsync(Visitor visitor, Guid profileId, string password, CancellationToken ct)
    {
        var tries = await throttle.HitAsync(Tries, visitor.AccountId.ToString(), ct);
        if (!tries.Allowed) return new HandOverOutcome.TooManyTries();
        var (verdict, which) = await portal.CheckPasswordAsync(visitor.Subject, password, ct);
        if (verdict == PasswordVerdict.Correct) return await KeepAsync(visitor, profileId, password, which, ct);
        await audit.WriteAsync(new AuditLine(Refused, visitor.AccountId.ToString(), profileId.ToString(), visitor.Trace, new { cause = verdict.ToString() }), ct);
        return verdict switch
        {
            PasswordVerdict.Wrong => new HandOverOutcome.WrongPassword(settings.ActivationTries - tries.Hits),
            PasswordVerdict.Locked or PasswordVerdict.Disabled => new HandOverOutcome.Locked(),
            _ => new HandOverOutcome.PortalAway(),
        };
    }

    private async Task<HandOverOutcome> KeepAsync(Visitor visitor, Guid profileId, string password, PortalPassword which, CancellationToken ct)
    {
        if (await passwords.SealAsync(visitor.Subject, password, ct) is not { } message) return new HandOverOutcome.NotWanted();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // What was given up or waits for a decision is looked at again, else the password would wait with it.
        await repair.AgainAsync(connection, profileId, ct);
        if (!await passwords.KeepAsync(connection, profileId, message, which, $"again {Guid.CreateVersion7()}", ct)) return new HandOverOutcome.Changed();
        await audit.WriteAsync(connection, new AuditLine(HandedOver, visitor.AccountId.ToString(), profileId.ToString(), visitor.Trace), ct);
        await transaction.CommitAsync(ct);
        await connection.CloseAsync();
        await throttle.ClearAsync(Tries, visitor.AccountId.ToString(), ct);
        return new HandOverOutcome.HandedOver();
    }
}
