using Aupd.Portal.Accounts;
using Npgsql;

namespace Aupd.Portal.Messages;

/// <summary>Tells a person what happened to the account, on every way there is to reach him.</summary>
internal sealed class TellPerson(NpgsqlDataSource source, OutgoingMessages messages, MessageTexts texts)
{
    public async Task PasswordChangedAsync(PortalAccount account, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var contact in ContactsOf(account)) await messages.AddAsync(connection, texts.PasswordChanged(contact), ct);
    }

    /// <summary>To the place that was the person's until now: it is the only one a thief does not hold.</summary>
    public async Task ContactReplacedAsync(ContactPoint former, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await messages.AddAsync(connection, texts.ContactReplaced(former), ct);
    }

    public async Task SnilsDecidedAsync(PortalAccount account, bool confirmed, CancellationToken ct)
    {
        // Not worth an SMS each: the e-mail where there is one.
        if (ContactsOf(account).LastOrDefault() is not { } contact) return;
        await using var connection = await source.OpenConnectionAsync(ct);
        await messages.AddAsync(connection, texts.SnilsDecided(contact, confirmed), ct);
    }

    internal static IEnumerable<ContactPoint> ContactsOf(PortalAccount account)
    {
        if (account.Phone is not null) yield return new ContactPoint.ByPhone(account.Phone);
        if (account.Email is not null) yield return new ContactPoint.ByEmail(account.Email);
    }
}
