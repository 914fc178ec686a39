using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Codes;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Aupd.Portal.Sessions;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.Portal.Registration;

/// <summary>Sends the code that confirms a contact of a new account. The owner of an account gets a letter that says so instead, and the page
/// shows nothing of the difference.</summary>
internal sealed class RegistrationCodes(
    NpgsqlDataSource source, Sealer sealer, IssueCode issue, MessageTexts texts, CodeSettings settings, TimeProvider clock)
{
    private const string TakenSql = "select exists (select from portal.account where phone_index = @index or email_index = @index)";

    public CodeBinding Bind(Flow<RegistrationState> flow, ContactPoint contact) => new(flow.Id, CodePurpose.Register, contact.Index(sealer));

    public async Task<IssueCodeOutcome> SendAsync(HttpContext http, Flow<RegistrationState> flow, ContactPoint contact, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + settings.Lifetime;
        CodeLetter letter = await IsTakenAsync(contact, ct)
            ? new CodeLetter.Instead(texts.AlreadyRegistered(contact))
            : new CodeLetter.WithCode(contact, code => texts.RegistrationCode(contact, code, until));
        return await issue.RunAsync(new CodeAsk(Bind(flow, contact), AddressPrefix.Of(http), contact is ContactPoint.ByPhone, letter), ct);
    }

    public async Task<int> WaitSecondsAsync(Flow<RegistrationState> flow, ContactPoint contact, CancellationToken ct) =>
        CodeWords.SecondsUntil(await issue.NextAtAsync(Bind(flow, contact), ct), clock.GetUtcNow());

    private async Task<bool> IsTakenAsync(ContactPoint contact, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(TakenSql, new { index = contact.Index(sealer) }, cancellationToken: ct));
    }
}
