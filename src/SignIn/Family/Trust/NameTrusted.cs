using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family.Trust;

/// <summary>Whom a guardian wants to trust. Prints nothing of it.</summary>
internal sealed record TrustOrder(PersonName Name, Phone? Phone, Email? Email, IReadOnlyList<string> Services, DateOnly Until)
{
    public override string ToString() => "order of a trusted person";
}

internal enum NameTrustedOutcome { Named, NotYours, TooMany, TooManyPersons }

/// <summary>A guardian names a trusted person: recognised at once when such an account is known, else at its first sign-in. Told are the person, the
/// child from fourteen on, and the other guardians.</summary>
internal sealed class NameTrusted(
    NpgsqlDataSource source, FamilyRights rights, IFamilies families, PortalAccounts accounts, PortalClient portal, EndTrust end, FamilyNotices notices, Sealer sealer, RoleFragments roles,
    AuditTrail audit, SignInSettings settings, TimeProvider clock)
{
    // Counted and added by one statement: of racing presses no more come in than there is room for; the same person twice is one.
    private const string AddSql = """
        insert into signin.trusted_person (id, pupil_record_id, named_by, named_at, last_name, first_name, middle_name, name_key, contact_sealed, contact_index, services, until,
               account_id, recognised_at)
        select @id, @record, @by, @now, @last, @first, @middle, @nameKey, @contact, @index, @services, @until::date, @account::uuid, case when @account::uuid is null then null else @now end
         where (select count(*) from signin.trusted_person t where t.pupil_record_id = @record and t.ended_at is null and t.until >= @today::date) < @most
        """;

    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('signin.trusted ' || @record, 0))";

    private const string ReplaceSql = """
        update signin.trusted_person set services = @services, until = @until::date where pupil_record_id = @record and contact_index = @index and name_key = @nameKey
           and named_by = @by and ended_at is null returning id
        """;

    private const string ProfileSql = """
        insert into signin.profile (id, account_id, created_at) values (@id, @account, @now) on conflict (account_id) do nothing
        """;

    internal async Task<NameTrustedOutcome> RunAsync(Visitor guardian, string? childId, TrustOrder order, CancellationToken ct)
    {
        if (await rights.ChildAsync(guardian, childId, ct) is not { } child) return NameTrustedOutcome.NotYours;
        if (!await rights.MayActAsync(guardian, ct)) return NameTrustedOutcome.TooMany;
        // Of several accounts with one name and contact none is taken: the next to sign in is.
        var known = await families.AccountsWithAsync(order.Name, order.Phone, order.Email, ct);
        var trusted = known is [var only] ? await IdOfAsync(only, ct) : null;
        var told = new List<(Guid AccountId, string Subject, string Kind)>();
        var childAccount = child.AccountId is { } own ? await IdOfAsync(own, ct) : null;
        if (child.IsFourteen && childAccount is { } c) told.Add((c, child.AccountId!, FamilyNews.TrustedNamed));
        if (trusted is { } t) told.Add((t, known[0], FamilyNews.NamedAsTrusted));
        foreach (var other in await families.GuardianAccountsAsync(child.PupilRecordId, ct))
            if (other != guardian.Subject && await IdOfAsync(other, ct) is { } id) told.Add((id, other, FamilyNews.TrustedNamedByOther));
        if (!await WriteAsync(guardian, child, childAccount, order, trusted, told, ct)) return NameTrustedOutcome.TooManyPersons;
        // If the registries took the card away between the question above and the row, their fact may have passed before it.
        await end.LeftByAsync(guardian.Subject, ct);
        return NameTrustedOutcome.Named;
    }

    private async Task<Guid?> IdOfAsync(string subject, CancellationToken ct) => (await accounts.FindAsync(portal.Issuer, subject, ct))?.Account.Id;

    private async Task<bool> WriteAsync(
        Visitor guardian, ChildRecord child, Guid? childAccount, TrustOrder order, Guid? account, List<(Guid AccountId, string Subject, string Kind)> told, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var contact = order.Phone?.E164 ?? order.Email!.Address;
        var values = new
        {
            id = Guid.CreateVersion7(now), record = child.PupilRecordId, by = guardian.AccountId, now, last = order.Name.Last, first = order.Name.First, middle = order.Name.Middle,
            nameKey = order.Name.Key, contact = sealer.SealText(TrustedPersons.ContactPurpose, contact),
            index = sealer.Index(order.Phone is not null ? Purpose.Phone : Purpose.Email, contact), services = order.Services.ToArray(), until = order.Until,
            account, today = roles.Today, most = settings.Family.MostTrusted,
        };
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(LockSql, new { values.record }, cancellationToken: ct));
        var changed = (await connection.QueryAsync<Guid>(new CommandDefinition(ReplaceSql, values, cancellationToken: ct))).AsList();
        if (changed.Count == 0 && await connection.ExecuteAsync(new CommandDefinition(AddSql, values, cancellationToken: ct)) == 0) return false;
        if (account is not null) await connection.ExecuteAsync(new CommandDefinition(ProfileSql, new { id = Guid.CreateVersion7(now), account, now }, cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("signin.trusted-named", guardian.AccountId.ToString(), childAccount?.ToString(), guardian.Trace,
            new { id = changed.Count > 0 ? changed[0] : values.id, record = child.PupilRecordId, services = order.Services, until = order.Until }), ct);
        if (changed.Count == 0) foreach (var (id, subject, kind) in told) await notices.TellAsync(connection, id, subject, kind, order.Until, ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
