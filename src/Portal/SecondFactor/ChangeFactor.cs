using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Portal.Accounts;
using Aupd.Portal.Events;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

internal abstract record FactorChange
{
    private FactorChange() { }
    /// <param name="Key">Base32.</param>
    /// <param name="Step">Of the code that confirmed it.</param>
    internal sealed record AddApp(string Key, long Step) : FactorChange;
    internal sealed record RemoveApp : FactorChange;
    internal sealed record AddPasskey(UserPasskeyInfo Passkey) : FactorChange;
    internal sealed record RemovePasskey(byte[] CredentialId) : FactorChange;
    /// <summary>Void the old codes.</summary>
    internal sealed record MakeCodes : FactorChange;
    /// <summary>All there is: the decision of an operator, when its wait is over.</summary>
    internal sealed record RemoveAll : FactorChange;
}

internal abstract record ChangeFactorOutcome
{
    private ChangeFactorOutcome() { }
    internal sealed record Done : ChangeFactorOutcome;
    /// <summary>The only time that they are seen.</summary>
    internal sealed record Codes(IReadOnlyList<string> Made) : ChangeFactorOutcome;
    internal sealed record NotThere : ChangeFactorOutcome;
    /// <summary>An administrator keeps at least one.</summary>
    internal sealed record LastOfAdministrator : ChangeFactorOutcome;
    internal sealed record TooMany : ChangeFactorOutcome;
    /// <summary>Recovery codes stand for a lost app or passkey: without any there is nothing to stand for.</summary>
    internal sealed record NothingToRecover : ChangeFactorOutcome;
}

/// <summary>Adds or removes what proves a person besides the password. The change, its fact, its audit line and the messages to the person are one
/// transaction; sessions go on.</summary>
internal sealed class ChangeFactor(UserManager<PortalAccount> users, AccountStore store, NpgsqlDataSource source, FactLog facts, AuditTrail audit,
    FactorMessages messages, SecondFactorSettings settings, TimeProvider clock)
{
    private const int CodeCount = 10;

    private const string RemoveAppSql = "delete from portal.totp where account_id = @id";
    private const string RemovePasskeysSql = "delete from portal.passkey where account_id = @id";
    private const string RemoveCodesSql = "delete from portal.recovery_code where account_id = @id";
    private const string ForgetResetSql = "delete from portal.factor_reset where account_id = @id";

    private sealed record Told(string Act, FactorNews News, string? Credential, string Change);

    public async Task<ChangeFactorOutcome> RunAsync(Guid accountId, FactorChange change, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using var joined = store.Join(connection);
        // Locked: two removals at once cannot each find the other one's factor still there.
        if (await store.FindForChangeAsync(accountId, ct) is not { } account) return new ChangeFactorOutcome.NotThere();
        var before = await Factors.OfAsync(connection, accountId, ct);
        if (Refusal(change, before) is { } refused) return refused;
        var outcome = await ApplyAsync(connection, account, before, change, ct);
        if (outcome is ChangeFactorOutcome.NotThere) return outcome;
        var told = TellOf(change, before);
        if (told.Credential is { } credential)
            await facts.AddAsync(connection, CredentialChanged.FactFor(accountId, clock.GetUtcNow(), credential, told.Change), ct);
        await audit.WriteAsync(connection, new AuditLine(told.Act, actor, accountId.ToString()), ct);
        await messages.TellAsync(connection, account, told.News, ct);
        await transaction.CommitAsync(ct);
        return outcome;
    }

    private ChangeFactorOutcome? Refusal(FactorChange change, FactorState before) => change switch
    {
        FactorChange.RemoveApp when !before.HasTotp => new ChangeFactorOutcome.NotThere(),
        FactorChange.RemoveApp or FactorChange.RemovePasskey when before is { IsAdministrator: true, Count: <= 1 } => new ChangeFactorOutcome.LastOfAdministrator(),
        FactorChange.AddPasskey when before.Passkeys >= settings.MostPasskeys => new ChangeFactorOutcome.TooMany(),
        FactorChange.MakeCodes when !before.Any => new ChangeFactorOutcome.NothingToRecover(),
        _ => null,
    };

    private async Task<ChangeFactorOutcome> ApplyAsync(NpgsqlConnection connection, PortalAccount account, FactorState before, FactorChange change, CancellationToken ct)
    {
        var id = new { id = account.Id };
        switch (change)
        {
            case FactorChange.AddApp app: await store.SetTotpAsync(account.Id, app.Key, app.Step, clock.GetUtcNow(), ct); break;
            case FactorChange.AddPasskey add: Check(await users.AddOrUpdatePasskeyAsync(account, add.Passkey)); break;
            case FactorChange.RemoveApp: await connection.ExecuteAsync(new CommandDefinition(RemoveAppSql, id, cancellationToken: ct)); break;
            case FactorChange.RemovePasskey remove:
                if (await store.FindPasskeyAsync(account, remove.CredentialId, ct) is null) return new ChangeFactorOutcome.NotThere();
                Check(await users.RemovePasskeyAsync(account, remove.CredentialId));
                break;
            case FactorChange.MakeCodes:
                return new ChangeFactorOutcome.Codes([.. await users.GenerateNewTwoFactorRecoveryCodesAsync(account, CodeCount) ?? []]);
            case FactorChange.RemoveAll:
                await connection.ExecuteAsync(new CommandDefinition($"{RemoveAppSql};\n{RemovePasskeysSql};\n{ForgetResetSql}", id, cancellationToken: ct));
                break;
        }
        var isEnd = change is FactorChange.RemoveAll || change is FactorChange.RemoveApp or FactorChange.RemovePasskey && before.Count == 1;
        if (isEnd) await connection.ExecuteAsync(new CommandDefinition(RemoveCodesSql, id, cancellationToken: ct));
        return new ChangeFactorOutcome.Done();
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded) throw new InvalidOperationException(result.ToString());
    }

    private static Told TellOf(FactorChange change, FactorState before) => change switch
    {
        FactorChange.AddApp => new("portal.app-added", FactorNews.AppAdded, CredentialChanged.App, before.HasTotp ? CredentialChanged.Updated : CredentialChanged.Created),
        FactorChange.RemoveApp => new("portal.app-removed", FactorNews.AppRemoved, CredentialChanged.App, CredentialChanged.Deleted),
        FactorChange.AddPasskey add => new("portal.passkey-added", FactorNews.PasskeyAdded, Kind(add.Passkey), CredentialChanged.Created),
        FactorChange.RemovePasskey => new("portal.passkey-removed", FactorNews.PasskeyRemoved, CredentialChanged.PasskeyHere, CredentialChanged.Deleted),
        FactorChange.MakeCodes => new("portal.recovery-codes-made", FactorNews.CodesReplaced, null, CredentialChanged.Updated),
        _ => new("portal.second-factor-removed", FactorNews.ResetDone,
            before.HasTotp ? CredentialChanged.App : CredentialChanged.PasskeyHere, CredentialChanged.Deleted),
    };

    // A key that is plugged in or held against the device roams; what lives in a phone or a computer is of the platform.
    private static string Kind(UserPasskeyInfo passkey) =>
        passkey.Transports is { Length: > 0 } transports && transports.All(t => t is "usb" or "nfc" or "ble" or "smart-card")
            ? CredentialChanged.PasskeyKey : CredentialChanged.PasskeyHere;
}
