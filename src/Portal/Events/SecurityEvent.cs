using System.Buffers;
using System.Text.Json;
using Aupd.Portal.Accounts;
using Aupd.Portal.Provider;

namespace Aupd.Portal.Events;

/// <summary>The claims of a security event token (RFC 8417) in the profiles CAEP 1.0 and RISC 1.0.</summary>
internal static class SecurityEvent
{
    public const string CredentialChange = "https://schemas.openid.net/secevent/caep/event-type/credential-change";
    public const string IdentifierChange = "https://schemas.openid.net/secevent/risc/event-type/identifier-changed";
    public const string Disabled = "https://schemas.openid.net/secevent/risc/event-type/account-disabled";
    public const string Enabled = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";

    /// <summary>Our own addition to a changed password: the new one, a JWE to the key at <c>/workplace/keys</c> of the school.</summary>
    public const string NewPassword = "aupd_new_password";

    /// <summary>Our own addition to a changed password: the version of the account since then, as <c>/api/password-check</c> tells it.</summary>
    public const string AccountVersion = "aupd_account_version";

    /// <param name="password">The new password, encrypted; null: it does not go along.</param>
    public static ReadOnlyMemory<byte> Of(CredentialChanged change, string? password, string issuer, DateTimeOffset now) =>
        Write(issuer, change.AccountId, change.ChangeId, now, CredentialChange, json =>
        {
            json.WriteString("credential_type", change.Credential);
            json.WriteString("change_type", change.Change);
            if (password is not null) json.WriteString(NewPassword, password);
            if (change.Version is { } version) json.WriteNumber(AccountVersion, version);
            json.WriteNumber("event_timestamp", change.At.ToUnixTimeSeconds());
        });

    public static ReadOnlyMemory<byte> Of(AccountDisabled change, string issuer, DateTimeOffset now) =>
        Write(issuer, change.AccountId, change.ChangeId, now, Disabled,
            json => json.WriteNumber("event_timestamp", change.At.ToUnixTimeSeconds()));

    public static ReadOnlyMemory<byte> Of(AccountEnabled change, string issuer, DateTimeOffset now) =>
        Write(issuer, change.AccountId, change.ChangeId, now, Enabled,
            json => json.WriteNumber("event_timestamp", change.At.ToUnixTimeSeconds()));

    /// <param name="account">As it is now: a receiver that gets two events out of order ends with the newest value all the same.</param>
    public static ReadOnlyMemory<byte> Of(IdentifierChanged change, PortalAccount account, string issuer, DateTimeOffset now) =>
        Write(issuer, change.AccountId, change.ChangeId, now, IdentifierChange, json =>
        {
            json.WriteString("identifier", change.Identifier);
            if (NewValue(change.Identifier, account) is { } value) json.WriteString("new-value", value);
            json.WriteNumber("event_timestamp", change.At.ToUnixTimeSeconds());
        });

    // Left out for a name, which the gateway reads at the next sign-in, and for what was taken off.
    private static string? NewValue(string identifier, PortalAccount account) => identifier switch
    {
        "phone" => account.Phone?.E164,
        "email" => account.Email?.Address,
        "snils" => account.SnilsState == SnilsState.Confirmed ? account.Snils?.Digits : null,
        _ => null,
    };

    private static ReadOnlyMemory<byte> Write(string issuer, Guid subject, Guid jti, DateTimeOffset now, string type,
        Action<Utf8JsonWriter> details)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("iss", issuer);
            json.WriteString("aud", SchoolClient.ClientId);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteString("jti", jti);
            json.WriteStartObject("sub_id");
            json.WriteString("format", "iss_sub");
            json.WriteString("iss", issuer);
            json.WriteString("sub", subject);
            json.WriteEndObject();
            json.WriteStartObject("events");
            json.WriteStartObject(type);
            details(json);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
