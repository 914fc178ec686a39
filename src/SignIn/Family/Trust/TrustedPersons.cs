using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family.Trust;

/// <summary>A trusted person as the guardians of the child see it. Prints an id.</summary>
/// <param name="IsRecognised">Somebody has signed in with this name and contact.</param>
internal sealed record TrustedPerson(Guid Id, PersonName Name, string Contact, string[] Services, DateOnly Until, bool IsRecognised, PersonName NamedBy)
{
    public override string ToString() => $"trusted person {Id}";
}

/// <summary>Keeps whom guardians trust.</summary>
internal sealed class TrustedPersons(NpgsqlDataSource source, Sealer sealer, EndTrust end, RoleFragments roles, AuditTrail audit, TimeProvider clock)
{
    internal const string ContactPurpose = "trusted-contact";

    private const string Rows = """
        select t.id, t.last_name, t.first_name, t.middle_name, t.contact_sealed, t.services, t.until::text as until, t.account_id is not null as is_recognised,
               g.last_name as by_last, g.first_name as by_first, g.middle_name as by_middle
          from signin.trusted_person t join signin.account g on g.id = t.named_by
        """;

    private const string OfChildSql = $"{Rows} where t.pupil_record_id = any(@records) and t.ended_at is null and t.until >= @today order by t.named_at limit 50";

    // Check and mark at once: of two parents who press, one has revoked it.
    private const string RevokeSql = """
        update signin.trusted_person set ended_at = @now, ended_why = 'revoked', ended_by = @by where id = @id and pupil_record_id = @record and ended_at is null
        returning account_id
        """;

    /// <summary>Whoever is known by this name and one of these contacts may have been waited for; gets a profile then, if there is none.</summary>
    internal const string RecogniseSql = """
        with mine as (
            update signin.trusted_person set account_id = @accountId, recognised_at = @now
             where contact_index = any(@contacts::bytea[]) and name_key = @nameKey and account_id is null and ended_at is null and until >= @today::date
            returning id)
        insert into signin.profile (id, account_id, created_at) select @profileId, @accountId, @now where exists (select from mine)
        on conflict (account_id) do nothing
        """;

    private sealed record Row
    {
        public Guid Id { get; init; }
        public string LastName { get; init; } = "";
        public string FirstName { get; init; } = "";
        public string? MiddleName { get; init; }
        public byte[] ContactSealed { get; init; } = [];
        public string[] Services { get; init; } = [];
        public string Until { get; init; } = "";
        public bool IsRecognised { get; init; }
        public string ByLast { get; init; } = "";
        public string ByFirst { get; init; } = "";
        public string? ByMiddle { get; init; }
    }

    /// <summary>Those who are trusted with a child now, whoever of the guardians named them.</summary>
    internal async Task<IReadOnlyList<TrustedPerson>> OfChildrenAsync(IReadOnlyCollection<string> records, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(OfChildSql, new { records = records.ToArray(), today = roles.Today }, cancellationToken: ct));
        return [.. rows.Select(r => new TrustedPerson(r.Id, PersonName.TryCreate(r.LastName, r.FirstName, r.MiddleName)!, Shown(sealer.OpenText(ContactPurpose, r.ContactSealed)!),
            r.Services, DateOnly.ParseExact(r.Until, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), r.IsRecognised,
            PersonName.TryCreate(r.ByLast, r.ByFirst, r.ByMiddle)!))];
    }

    private static string Shown(string contact) => Phone.TryParse(contact)?.Formatted ?? contact;

    /// <summary>A guardian of the child takes it back, whichever of them named the person; false when it was over already or is no such child's.</summary>
    internal async Task<bool> RevokeAsync(Visitor guardian, ChildRecord child, Guid id, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using (var connection = await source.OpenConnectionAsync(ct))
        {
            var ended = (await connection.QueryAsync<Guid?>(new CommandDefinition(RevokeSql, new { id, record = child.PupilRecordId, by = guardian.AccountId, now }, cancellationToken: ct))).AsList();
            if (ended.Count == 0) return false;
            await audit.WriteAsync(connection, new AuditLine("signin.trusted-revoked", guardian.AccountId.ToString(), ended[0]?.ToString(), guardian.Trace, new { id, record = child.PupilRecordId }), ct);
        }
        await end.RoleAsync(id, ct);
        return true;
    }
}
