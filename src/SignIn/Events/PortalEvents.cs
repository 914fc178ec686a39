using System.Security.Cryptography;
using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.OpenId.RelyingParty;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Family;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Events;

/// <summary>Acts on the portal's signed security events: a changed password ends older sessions, a disabled account all of them until it is enabled again, a changed
/// identifier is compared anew.
/// Acting twice does no harm, so an event is marked as taken after the act, and a crash in between lets the portal send it again.</summary>
internal sealed class PortalEvents(
    NpgsqlDataSource source, PortalClient portal, PortalAccounts accounts, MatchAccount match, EndSessions end, ChildOrders orders, IWorkplacePasswords passwords, FactLog facts,
    AuditTrail audit, TimeProvider clock)
{
    /// <summary>Our own addition to a changed password: the new one, encrypted to the worker of the module Workplace.</summary>
    internal const string NewPassword = "aupd_new_password";

    /// <summary>Our own addition beside it: the version of the account at the portal since that change.</summary>
    internal const string AccountVersion = "aupd_account_version";

    private const string ProfileSql = "select id from signin.profile where account_id = @accountId";
    // What happened later counts, in whatever order it is told; of the same second, that it was closed.
    private const string DisableSql = """
        with told as (
            update signin.account set portal_standing_at = @at where id = @accountId and (portal_standing_at is null or portal_standing_at <= @at) returning id),
        closed as (update signin.profile set disabled_at = coalesce(disabled_at, @now) where account_id in (select id from told))
        select exists (select from told)
        """;

    private const string EnableSql = """
        with told as (
            update signin.account set portal_standing_at = @at where id = @accountId and (portal_standing_at is null or portal_standing_at < @at) returning id),
        opened as (update signin.profile set disabled_at = null where account_id in (select id from told))
        select exists (select from told)
        """;

    internal const string CredentialChange = "https://schemas.openid.net/secevent/caep/event-type/credential-change";
    internal const string AccountDisabled = "https://schemas.openid.net/secevent/risc/event-type/account-disabled";
    internal const string AccountEnabled = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";
    internal const string IdentifierChanged = "https://schemas.openid.net/secevent/risc/event-type/identifier-changed";

    internal async Task TakeAsync(SecurityEvent news, CancellationToken ct)
    {
        if (await IsTakenAsync(news.Id, ct)) return;
        // Also of an account that has never come here yet: its sheet is used up.
        if (news.Type == CredentialChange && IsPassword(news.Details) && Text(news.Details, "change_type") is not "revoke")
            await orders.ReplacedAsync(news.Subject, clock.GetUtcNow(), ct);
        if (await accounts.FindAsync(portal.Issuer, news.Subject, ct) is { } found)
        {
            if (news.Type == CredentialChange && IsPassword(news.Details))
            {
                await HandOverAsync(found.Account, news, ct);
                await end.AuthenticatedBeforeAsync(found.Account.Id, HappenedAt(news), "password-changed", ct);
            }
            else if (news.Type == AccountDisabled) await DisableAsync(found.Account, HappenedAt(news), ct);
            else if (news.Type == AccountEnabled) await StandsAsync(EnableSql, found.Account, HappenedAt(news), ct);
            else if (news.Type == IdentifierChanged && Changed(found.Account, news.Details) is { } account)
                await match.RunAsync(await accounts.SaveAsync(account, ct), null, ct);
            await audit.WriteAsync(new AuditLine("signin.portal-event", "portal", found.Account.Id.ToString(), null, new { news.Type, news.Id, credential = Text(news.Details, "credential_type") }), ct);
        }
        await MarkTakenAsync(news.Id, ct);
    }

    // To the directory, if the person has an account there. A revoked password must open no computer any more, and the one in its place opens one page
    // of the portal alone: until the person has chosen the next, the directory gets one that nobody knows. Who is not activated yet may be just now, with the
    // password before this one in hand.
    private async Task HandOverAsync(PortalAccount account, SecurityEvent news, CancellationToken ct)
    {
        var message = Text(news.Details, NewPassword);
        if (message is null && Text(news.Details, "change_type") is "revoke")
            message = await passwords.SealAsync(account.Subject, $"aA1-{RandomNumberGenerator.GetHexString(40, lowercase: true)}", ct);
        if (message is null) return;
        await using var connection = await source.OpenConnectionAsync(ct);
        var profileId = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(ProfileSql, new { accountId = account.Id }, cancellationToken: ct));
        if (profileId is not null) await passwords.KeepAsync(connection, profileId.Value, message, new PortalPassword(VersionOf(news.Details), HappenedAt(news)), news.Id, ct);
    }

    // Marked first: the sessions that end cannot begin again meanwhile. If the account has been opened since, those that began after it stay.
    private async Task DisableAsync(PortalAccount account, DateTimeOffset at, CancellationToken ct)
    {
        if (await StandsAsync(DisableSql, account, at, ct)) await end.AllOfAsync(account.Id, "portal-account-disabled", ct);
        else await end.AuthenticatedBeforeAsync(account.Id, at, "portal-account-disabled", ct);
    }

    // False: something later is known.
    private async Task<bool> StandsAsync(string sql, PortalAccount account, DateTimeOffset at, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(sql, new { accountId = account.Id, at, now = clock.GetUtcNow() }, cancellationToken: ct))) return false;
        await facts.AddAsync(connection, PersonChanged.FactFor(account.Subject), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    // A passkey or an app that came or went proves nothing less of those who are signed in; the portal lists them to the person instead.
    private static bool IsPassword(JsonElement details) => Text(details, "credential_type") is null or "password";

    /// <summary>The portal's session is over: so are ours that began with it. A replay ends nothing that began later.</summary>
    internal async Task TakeAsync(LogoutNotice notice, CancellationToken ct)
    {
        var id = "logout " + notice.Id;
        if (await IsTakenAsync(id, ct)) return;
        if (notice.SessionId is not null) await end.OfPortalSessionAsync(notice.SessionId, ct);
        else await end.OfPortalSubjectAsync(portal.Issuer, notice.Subject!, ct);
        await MarkTakenAsync(id, ct);
    }

    private async Task MarkTakenAsync(string id, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into signin.portal_token_seen (jti, seen_at) values (@id, @now) on conflict (jti) do nothing", new { id, now = clock.GetUtcNow() }, cancellationToken: ct));
    }

    private async Task<bool> IsTakenAsync(string id, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select 1 from signin.portal_token_seen where jti = @id)", new { id }, cancellationToken: ct));
    }

    // CAEP 1.0 §2: when it happened; the token itself may be signed much later, after a sign-in with the new password.
    private static DateTimeOffset HappenedAt(SecurityEvent news) =>
        news.Details.ValueKind == JsonValueKind.Object && news.Details.TryGetProperty("event_timestamp", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out var seconds)
            && seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : news.IssuedAt;

    private static long? VersionOf(JsonElement details) =>
        details.ValueKind == JsonValueKind.Object && details.TryGetProperty(AccountVersion, out var told) && told.ValueKind == JsonValueKind.Number && told.TryGetInt64(out var version) ? version : null;

    // Null for what the event does not tell (a new name): the next sign-in brings it.
    private static PortalAccount? Changed(PortalAccount account, JsonElement details)
    {
        var kind = Text(details, "identifier");
        var value = Text(details, "new-value");
        return kind switch
        {
            "phone" => account with { Phone = Phone.TryParse(value), PhoneVerified = value is not null },
            "email" => account with { Email = Email.TryParse(value), EmailVerified = value is not null },
            "snils" => account with
            {
                // Told only once it has been confirmed; left out when the number was taken off or waits for confirmation.
                Snils = Snils.TryParse(value), SnilsInvalid = false, SnilsConfirmed = value is not null,
            },
            _ => null,
        };
    }

    private static string? Text(JsonElement details, string name) =>
        details.ValueKind == JsonValueKind.Object && details.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
