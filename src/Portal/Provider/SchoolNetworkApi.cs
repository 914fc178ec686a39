using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.FirstPasswords;
using Aupd.Portal.Passwords;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Aupd.Portal.Provider;

/// <summary>What the gateway asks when somebody joins the Wi-Fi of a school: is this the person's password. A door beside
/// <c>/api/password-check</c>, since devices ask by themselves, all day, and go on with an old password for weeks: their tries are counted apart
/// from a person's own at the portal, and leave no line in the trail each; the gateway keeps one for many.</summary>
internal static class SchoolNetworkApi
{
    private const int MaxPassword = 2000, MaxPlace = 64;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/network-password-check", CheckAsync).DisableAntiforgery();

    private static async Task<IResult> CheckAsync(HttpContext http, SchoolAsk ask, AccountStore store, NetworkTries tries, HashGate gate, CancellationToken ct)
    {
        var (form, refusal) = await ask.ReadAsync(http, SchoolAsk.Network, ct);
        if (form is null) return refusal!;
        if (form.Subject() is not { } sub) return SchoolAsk.BadRequest("sub must be the id of an account");
        if (form.One("password") is not { Length: > 0 and <= MaxPassword } password) return SchoolAsk.BadRequest("password must be given once");
        if (form.One("device") is not { Length: > 0 and <= MaxPlace } device) return SchoolAsk.BadRequest("device must be 1 to 64 characters");
        if (form.One("network") is not { Length: > 0 and <= MaxPlace } network) return SchoolAsk.BadRequest("network must be 1 to 64 characters");
        if (form.One("known") is not ("true" or "false")) return SchoolAsk.BadRequest("known must be true or false");
        var place = new TryPlace($"wifi {network} {device}", form.One("known") == "true", $"wifi {network}");
        var account = await store.FindAsync(sub, ct);
        return await tries.TryAsync(account, sub, password, place, ct) is { } result ? Results.Json(new { result })
            : SchoolAsk.Later(http, StatusCodes.Status503ServiceUnavailable, gate.RetryAfter);
    }
}

/// <summary>Compares a password for a network: counted before it is compared, remembered for a while when it was right, and within a deadline.</summary>
internal sealed class NetworkTries(PasswordHashing hashing, TryCounter counter, RecentPasswords recent, NpgsqlDataSource source, SchoolLinkSettings settings)
{
    /// <param name="id">The account's id, also where there is no such account: it is compared with a decoy, and counted alike.</param>
    /// <returns><c>correct</c>, <c>wrong</c>, <c>locked</c> (nothing was compared), and for the right password of an account that it does not open
    /// <c>disabled</c> or <c>first</c> (somebody else has set it). Null: nobody had the time to compare it.</returns>
    public async Task<string?> TryAsync(PortalAccount? account, Guid id, string password, TryPlace place, CancellationToken ct)
    {
        var counted = await counter.CountAsync($"wifi {id}", place, ct);
        if (counted.Wait is not null) return "locked";
        var result = account is not null && !account.IsDisabled && recent.Knows(account.Id, account.PasswordHash, password) ? "correct"
            : await CompareAsync(account, password, ct);
        // Also when the gateway has hung up: what was not compared is not counted.
        if (result != "wrong") await counter.GiveBackAsync(counted, all: result is not null, CancellationToken.None);
        return result;
    }

    private async Task<string?> CompareAsync(PortalAccount? account, string password, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(settings.NetworkDeadlineMilliseconds);
        try
        {
            var verdict = await hashing.VerifyAsync(account?.PasswordHash, password, deadline.Token);
            if (verdict is not PasswordVerdict.Correct) return verdict is PasswordVerdict.Busy ? null : "wrong";
        }
        catch (OperationCanceledException) { return null; }
        if (account!.IsDisabled) return "disabled";
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        if (await FirstPasswordRows.IsInForceAsync(connection, account.Id, CancellationToken.None)) return "first";
        recent.Keep(account.Id, account.PasswordHash!, password);
        return "correct";
    }
}
