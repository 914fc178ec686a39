using Aupd.Kernel.Facts;

namespace Aupd.Portal.Events;

/// <summary>A password was changed. <paramref name="ChangeId"/> becomes the event's jti: told twice, it is one event.</summary>
internal sealed record CredentialChanged(Guid AccountId, Guid ChangeId, DateTimeOffset At)
{
    public const string Topic = "portal.credential-changed";

    public static Fact FactFor(Guid accountId, DateTimeOffset at) =>
        new(Topic, accountId.ToString(), new CredentialChanged(accountId, Guid.CreateVersion7(at), at));
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
