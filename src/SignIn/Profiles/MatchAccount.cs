using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.SignIn.Family.Trust;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Profiles;

/// <summary>Compares an account with the registries, keeps what came of it, and gives a profile to whoever holds a role. An account that
/// holds none (a duplicate among them) gets no profile, unless somebody trusts this person with a child.</summary>
internal sealed class MatchAccount(NpgsqlDataSource source, IMatching matching, RoleFragments roles, Sealer sealer, AuditTrail audit, TimeProvider clock)
{
    // One statement: the verdicts are kept, and the profile is made, unless they are there.
    private const string KeepSql = """
        with kept as (update signin.account set verdicts = @verdicts::jsonb where id = @accountId and verdicts <> @verdicts::jsonb)
        insert into signin.profile (id, account_id, created_at)
        select @profileId, @accountId, @now where @hasRole and not exists (select 1 from signin.profile where account_id = @accountId)
        on conflict (account_id) do nothing
        """;

    internal async Task<MatchResult> RunAsync(PortalAccount account, TraceNumber? journey, CancellationToken ct)
    {
        var facts = account.ToFacts();
        var result = await matching.MatchAsync(facts, ct);
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await audit.ActAsync(connection, $"{KeepSql};\n{TrustedPersons.RecogniseSql}", new
        {
            accountId = account.Id, profileId = Guid.CreateVersion7(now), now, hasRole = result.Roles.Count > 0,
            verdicts = JsonSerializer.Serialize(result.Verdicts.Select(KeptVerdict.Of), JsonSerializerOptions.Web),
            contacts = ContactsOf(facts), nameKey = account.Name.Key, today = roles.Today,
        }, new AuditLine("signin.matched", account.Id.ToString(), null, journey, new
        {
            roles = result.Roles.Select(r => r.Id),
            verdicts = result.Verdicts.Select(v => new { v.Role, v.RecordId, v.OrgNsiId, v.Matches, v.Reason, v.Hint, v.Evidence }),
        }), ct);
        return result;
    }

    private byte[][] ContactsOf(AccountFacts facts) =>
        [.. facts.Phones.Select(p => sealer.Index(Purpose.Phone, p.E164)), .. facts.Emails.Select(e => sealer.Index(Purpose.Email, e.Address))];
}
