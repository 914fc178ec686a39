using Aupd.Kernel.Audit;
using Aupd.Kernel.Throttling;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

internal abstract record CodeProof
{
    private CodeProof() { }
    /// <param name="WasRecovery">A recovery code, which is spent now.</param>
    internal sealed record Right(bool WasRecovery) : CodeProof;
    /// <summary>Wrong, or right but used before.</summary>
    internal sealed record Wrong : CodeProof;
    /// <summary>It cannot be a code; not counted.</summary>
    internal sealed record NotACode : CodeProof;
    internal sealed record MustWait(TimeSpan For) : CodeProof;
}

/// <summary>Takes a code of the app or a recovery code. Tries are counted as those of passwords are, apart from them, and from unknown
/// devices by the day as well: six digits are fewer than any password.</summary>
internal sealed class ProveByCode(
    UserManager<PortalAccount> users, AccountStore store, TryCounter counter, Throttle throttle, FactorMessages messages, NpgsqlDataSource source,
    AuditTrail audit, SecondFactorSettings settings)
{
    private const int RecoveryLength = 10;
    private readonly ThrottleRule _perDay = new("portal.second-step.day", settings.WrongPerDay, TimeSpan.FromDays(1));

    public async Task<CodeProof> RunAsync(PortalAccount account, string? typed, TryPlace place, CancellationToken ct)
    {
        var digits = Totp.Read(typed);
        var recovery = digits is null ? ReadRecovery(typed) : null;
        if (digits is null && recovery is null) return new CodeProof.NotACode();
        var counted = await counter.CountAsync($"second-step\n{account.Id}", place, ct);
        if (counted.Wait is { } wait) return new CodeProof.MustWait(wait);
        if (!place.IsKnown && await OverDayAsync(account, ct) is { } day) return new CodeProof.MustWait(day);
        if (digits is not null ? await users.VerifyTwoFactorTokenAsync(account, TotpProvider.Name, digits) : await RedeemAsync(account, recovery!, ct))
        {
            await counter.GiveBackAsync(counted, all: true, ct);
            if (!place.IsKnown) await throttle.ClearAsync(_perDay, account.Id.ToString(), ct);
            return new CodeProof.Right(recovery is not null);
        }
        await audit.WriteAsync(new AuditLine("portal.second-step-wrong", account.Id.ToString(),
            Details: new { by = digits is null ? "recovery-code" : "app", known = place.IsKnown }), ct);
        return new CodeProof.Wrong();
    }

    // The password was right each time: its owner should know that somebody else has it.
    private async Task<TimeSpan?> OverDayAsync(PortalAccount account, CancellationToken ct)
    {
        var verdict = await throttle.HitAsync(_perDay, account.Id.ToString(), ct);
        if (verdict.Allowed) return null;
        if (verdict.Hits == settings.WrongPerDay + 1) await messages.TellAsync(account, FactorNews.ManyWrongCodes, ct);
        return verdict.RetryAfter;
    }

    // UserManager writes the account along; on a row that is locked nobody else's change can be in its way.
    private async Task<bool> RedeemAsync(PortalAccount account, string code, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using var joined = store.Join(connection);
        if (await store.FindForChangeAsync(account.Id, ct) is not { } locked) return false;
        if (!(await users.RedeemTwoFactorRecoveryCodeAsync(locked, code)).Succeeded) return false;
        var left = await store.CountCodesAsync(locked, ct);
        await audit.WriteAsync(connection, new AuditLine("portal.recovery-code-spent", account.Id.ToString(), Details: new { left }), ct);
        await messages.TellAsync(connection, account, FactorNews.RecoveryCodeSpent, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>The ten characters, however they are typed; null when it is something else.</summary>
    private static string? ReadRecovery(string? typed)
    {
        if (typed is null || typed.Length > 40) return null;
        var code = string.Concat(typed.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return code.Length == RecoveryLength ? $"{code[..5]}-{code[5..]}" : null;
    }
}
