using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Accounts;
using Aupd.Portal.Codes;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Aupd.Portal.Sessions;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.Portal.Profile;

/// <summary>A begun change of phone or e-mail, as it lies sealed in its flow.</summary>
/// <param name="SessionId">The session it was begun in: another person's at the same browser cannot finish it.</param>
/// <param name="Plain">The new phone or e-mail.</param>
/// <param name="Proved">The code was right.</param>
internal sealed record ContactChangeState(Guid AccountId, Guid SessionId, string Plain, bool Proved)
{
    public const string PhoneKind = "phone", EmailKind = "email";
}

/// <summary>Sends the code to the new phone or e-mail. Where another account has it, its owner is told so instead, and the page shows no difference.</summary>
internal sealed class ContactChangeCodes(NpgsqlDataSource source, Sealer sealer, IssueCode issue, MessageTexts texts, CodeSettings settings, TimeProvider clock)
{
    private const string TakenSql = "select exists (select from portal.account where (phone_index = @index or email_index = @index) and id <> @accountId)";

    public CodeBinding Bind(Flow<ContactChangeState> flow) =>
        new(flow.Id, CodePurpose.ChangeContact, ContactPoint.FromPlain(flow.State.Plain).Index(sealer));

    public async Task<IssueCodeOutcome> SendAsync(HttpContext http, Flow<ContactChangeState> flow, CancellationToken ct)
    {
        var contact = ContactPoint.FromPlain(flow.State.Plain);
        var until = clock.GetUtcNow() + settings.Lifetime;
        CodeLetter letter = await IsTakenAsync(contact, flow.State.AccountId, ct)
            ? new CodeLetter.Instead(texts.AlreadyRegistered(contact))
            : new CodeLetter.WithCode(contact, code => texts.ChangeCode(contact, code, until));
        return await issue.RunAsync(new CodeAsk(Bind(flow), AddressPrefix.Of(http), contact is ContactPoint.ByPhone, letter), ct);
    }

    public async Task<int> WaitSecondsAsync(Flow<ContactChangeState> flow, CancellationToken ct) =>
        CodeWords.SecondsUntil(await issue.NextAtAsync(Bind(flow), ct), clock.GetUtcNow());

    private async Task<bool> IsTakenAsync(ContactPoint contact, Guid accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(TakenSql, new { index = contact.Index(sealer), accountId }, cancellationToken: ct));
    }
}

internal abstract record ChangeContactOutcome
{
    private ChangeContactOutcome() { }
    internal sealed record Changed : ChangeContactOutcome;
    internal sealed record CodeRefused(SpendCodeOutcome Why) : ChangeContactOutcome;
    /// <summary>Somebody got this phone or e-mail between the code and this moment.</summary>
    internal sealed record Taken : ChangeContactOutcome;
}

/// <summary>Spends the code and puts the new phone or e-mail in the place of the old one, which is told.</summary>
internal sealed class ChangeContact(FlowStore flows, ContactChangeCodes codes, SpendCode spend, SetIdentifier set, TellPerson tell, NpgsqlDataSource source)
{
    public async Task<ChangeContactOutcome> RunAsync(PortalAccount account, string kind, Flow<ContactChangeState> flow, string? code, CancellationToken ct)
    {
        // Proved before, but not done: a crash in between. The same person goes on without another code.
        if (!flow.State.Proved && await ProveAsync(kind, flow, code, ct) is { } refused) return new ChangeContactOutcome.CodeRefused(refused);
        var contact = ContactPoint.FromPlain(flow.State.Plain);
        IdentifierChange change = contact switch
        {
            ContactPoint.ByPhone phone => new IdentifierChange.OfPhone(phone.Number),
            ContactPoint.ByEmail email => new IdentifierChange.OfEmail(email.Address),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var outcome = await set.RunAsync(account.Id, change, account.Id.ToString(), ct);
        if (outcome is SetIdentifierOutcome.Taken) return new ChangeContactOutcome.Taken();
        if (outcome is SetIdentifierOutcome.Changed && FormerOf(account, contact) is { } former) await tell.ContactReplacedAsync(former, ct);
        return new ChangeContactOutcome.Changed();
    }

    private async Task<SpendCodeOutcome?> ProveAsync(string kind, Flow<ContactChangeState> flow, string? code, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var outcome = await spend.RunAsync(connection, codes.Bind(flow), code, ct);
        if (outcome is SpendCodeOutcome.Right && !await flows.SaveAsync(connection, kind, flow, flow.State with { Proved = true }, ct))
            return new SpendCodeOutcome.Over();
        await transaction.CommitAsync(ct);
        return outcome is SpendCodeOutcome.Right ? null : outcome;
    }

    private static ContactPoint? FormerOf(PortalAccount account, ContactPoint now) => now is ContactPoint.ByPhone
        ? account.Phone is { } phone ? new ContactPoint.ByPhone(phone) : null
        : account.Email is { } email ? new ContactPoint.ByEmail(email) : null;
}
