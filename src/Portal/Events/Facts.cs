using Aupd.Kernel.Facts;

namespace Aupd.Portal.Events;

/// <summary>A password, or what proves a person besides it, was changed. <paramref name="ChangeId"/> becomes the event's jti: told twice, it is
/// one event.</summary>
/// <param name="Credential">A credential_type of CAEP 1.0 §3.3.1.</param>
/// <param name="Change">A change_type of CAEP 1.0 §3.3.1.</param>
/// <param name="Version">Of the account since a change of its password: passwords that overtake each other on the way are told apart by it.</param>
internal sealed record CredentialChanged(Guid AccountId, Guid ChangeId, DateTimeOffset At, string Credential = CredentialChanged.Password,
    string Change = CredentialChanged.Updated, long? Version = null)
{
    public const string Topic = "portal.credential-changed";
    public const string Password = "password", App = "app", PasskeyHere = "fido2-platform", PasskeyKey = "fido2-roaming";
    public const string Created = "create", Updated = "update", Deleted = "delete", Revoked = "revoke";

    public static Fact FactFor(Guid accountId, DateTimeOffset at, string credential = Password, string change = Updated) =>
        new(Topic, accountId.ToString(), new CredentialChanged(accountId, Guid.CreateVersion7(at), at, credential, change));
}

/// <summary>A phone, e-mail, СНИЛС or name is another now; which value, is read when the event is sent.</summary>
/// <param name="Identifier"><c>phone</c>, <c>email</c>, <c>snils</c> or <c>name</c>.</param>
internal sealed record IdentifierChanged(Guid AccountId, Guid ChangeId, string Identifier, DateTimeOffset At)
{
    public const string Topic = "portal.identifier-changed";

    public static Fact FactFor(Guid accountId, string identifier, DateTimeOffset at) =>
        new(Topic, accountId.ToString(), new IdentifierChanged(accountId, Guid.CreateVersion7(at), identifier, at));
}

/// <summary>Nobody signs in to the account any more.</summary>
internal sealed record AccountDisabled(Guid AccountId, Guid ChangeId, DateTimeOffset At)
{
    public const string Topic = "portal.account-disabled";

    public static Fact FactFor(Guid accountId, DateTimeOffset at) =>
        new(Topic, accountId.ToString(), new AccountDisabled(accountId, Guid.CreateVersion7(at), at));
}

/// <summary>A closed account is open again.</summary>
internal sealed record AccountEnabled(Guid AccountId, Guid ChangeId, DateTimeOffset At)
{
    public const string Topic = "portal.account-enabled";

    public static Fact FactFor(Guid accountId, DateTimeOffset at) =>
        new(Topic, accountId.ToString(), new AccountEnabled(accountId, Guid.CreateVersion7(at), at));
}
