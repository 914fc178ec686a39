using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Throttling;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

internal abstract record PasskeyProof
{
    private PasskeyProof() { }
    /// <param name="Method"><c>hwk</c>: the key cannot leave its device; <c>swk</c>: it is copied between the person's devices (RFC 8176).</param>
    internal sealed record Right(PortalAccount Account, string Method) : PasskeyProof;
    /// <summary>Not signed by a passkey that is registered here, for this site, for this question.</summary>
    internal sealed record Wrong : PasskeyProof;
    /// <summary>The question was answered before, or is too old: a new one is to be asked.</summary>
    internal sealed record Stale : PasskeyProof;
    /// <summary>The signature is right, but the counter did not go up: there may be a copy of the key. Nobody is let in, the person is told.</summary>
    internal sealed record Copied : PasskeyProof;
    internal sealed record MustWait(TimeSpan For) : PasskeyProof;
}

/// <summary>Checks the answer of an authenticator (WebAuthn Level 3 §7.2) by ASP.NET Core Identity's handler; the counter by our own statement.</summary>
internal sealed class ProveByPasskey(IPasskeyHandler<PortalAccount> handler, PasskeyAsk ask, NpgsqlDataSource source, Throttle throttle, FactorMessages messages,
    AuditTrail audit, AttemptSettings attempts, TimeProvider clock)
{
    private const int LongestAnswer = 20_000;

    // Of two answers with one counter the second finds it no longer smaller. Authenticators without a counter always say 0 (§6.1.1).
    private const string UsedSql = """
        update portal.passkey set sign_count = @count, last_used_at = @now, is_backed_up = @isBackedUp
         where credential_id = @credential and account_id = @account and (sign_count < @count or sign_count = 0 and @count = 0)
        """;

    private const string IsThereSql = "select exists (select from portal.passkey where credential_id = @credential and account_id = @account)";

    private readonly ThrottleRule _perAddress = new("portal.passkey.address", attempts.PerPlace, TimeSpan.FromMinutes(attempts.WindowMinutes));

    /// <param name="purpose">What the question was asked for.</param>
    /// <param name="expected">Whose passkey it must be; null: whoever's it is.</param>
    public async Task<PasskeyProof> RunAsync(HttpContext http, string purpose, PortalAccount? expected, string? state, string? answer, CancellationToken ct)
    {
        var verdict = await throttle.HitAsync(_perAddress, AddressPrefix.Of(http), ct);
        if (!verdict.Allowed) return new PasskeyProof.MustWait(verdict.RetryAfter);
        if (answer is not { Length: > 0 and < LongestAnswer }) return new PasskeyProof.Wrong();
        if (await ask.TakeAsync(http, purpose, state, ct) is not { } inner) return new PasskeyProof.Stale();
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = http, CredentialJson = answer, AssertionState = inner });
        if (!result.Succeeded || result.User is not { } account || expected is not null && expected.Id != account.Id) return new PasskeyProof.Wrong();
        return await UseAsync(account, result.Passkey, ct);
    }

    private async Task<PasskeyProof> UseAsync(PortalAccount account, UserPasskeyInfo passkey, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var keys = new
        {
            credential = passkey.CredentialId, account = account.Id, count = (long)passkey.SignCount, now = clock.GetUtcNow(), isBackedUp = passkey.IsBackedUp,
        };
        if (await connection.ExecuteAsync(new CommandDefinition(UsedSql, keys, cancellationToken: ct)) == 1)
            return new PasskeyProof.Right(account, passkey.IsBackupEligible ? "swk" : "hwk");
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsThereSql, keys, cancellationToken: ct))) return new PasskeyProof.Wrong();
        await audit.WriteAsync(connection, new AuditLine("portal.passkey-counter-went-back", account.Id.ToString()), ct);
        await messages.TellAsync(connection, account, FactorNews.CounterWentBack, ct);
        return new PasskeyProof.Copied();
    }
}
