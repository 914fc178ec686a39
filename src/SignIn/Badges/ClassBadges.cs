using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Badges;

/// <summary>The badges of a class, as its teacher has them: made, voided, unlocked. What is printed is told once and kept nowhere.</summary>
internal sealed class ClassBadges(
    NpgsqlDataSource source, IClassLists classes, PortalClient portal, EndSessions end, Sealer sealer, AuditTrail audit, RegionSettings region,
    SignInSettings settings, TimeProvider clock)
{
    private const int Tries = 3;

    // The badge that is in use comes before one that is over.
    private const string StatesSql = """
        select asked.record as record_id, a.id as account_id, p.activated_at is not null as is_activated, p.disabled_at is not null as is_disabled, l.login,
               b.id as badge_id, b.org_nsi_id, b.issued_at, b.expires_at, b.locked_at, b.used_at, b.voided_at, c.expires_at as code_until
          from unnest(@records::text[], @subjects::text[]) as asked (record, subject)
          join signin.account a on a.issuer = @issuer and a.subject = asked.subject
          left join signin.profile p on p.account_id = a.id left join signin.login l on l.profile_id = p.id and l.retired_at is null
          left join lateral (select k.* from signin.badge k where k.account_id = a.id and k.pupil_record_id = asked.record
                              order by k.voided_at desc nulls first, k.issued_at desc limit 1) b on true
          left join signin.badge_code c on c.badge_id = b.id and c.ended_at is null and c.expires_at > @now
        """;

    // All changes of one school's badges come one after another, whoever makes them.
    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('signin.badges ' || @org::text, 0))";
    private const string IsRepeatedSql = "select exists (select 1 from signin.badge where issue_id = @issue)";

    private const string EndCodes = "update signin.badge_code c set ended_at = @now from voided v where c.badge_id = v.id and c.ended_at is null";

    private const string VoidSql = $"""
        with voided as (
            update signin.badge b set voided_at = @now, voided_why = @why where b.pupil_record_id = any(@records::text[]) and b.voided_at is null
            returning b.id, b.account_id),
        codes as ({EndCodes})
        select id, account_id from voided
        """;

    private const string AddSql = """
        insert into signin.badge (id, pupil_record_id, account_id, org_nsi_id, secret_hash, number_index, pin_index, issue_id, issued_at, issued_by, expires_at)
        select n.id, n.record, n.account, @org, n.secret, n.number, n.pin, @issue, @now, @by, @until
          from unnest(@ids::uuid[], @records::text[], @accounts::uuid[], @secrets::bytea[], @numbers::bytea[], @pins::bytea[])
               as n (id, record, account, secret, number, pin)
        """;

    private const string UnlockSql = """
        update signin.badge set locked_at = null, fails = 0 where pupil_record_id = @record and voided_at is null and locked_at is not null and expires_at > @now
        returning id, account_id
        """;

    /// <summary>The pupils of the class with their badges; two round trips.</summary>
    internal async Task<IReadOnlyList<PupilBadge>> OfClassAsync(NamedClass of, CancellationToken ct)
    {
        var pupils = await classes.PupilsAsync(of.OrgNsiId, of.ClassName, ct);
        var known = pupils.Where(p => p.AccountId is not null).ToList();
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<BadgeRow>(new CommandDefinition(StatesSql, new
        {
            records = known.Select(p => p.RecordId).ToArray(), subjects = known.Select(p => p.AccountId).ToArray(), issuer = portal.Issuer, now,
        }, cancellationToken: ct))).ToDictionary(r => r.RecordId, StringComparer.Ordinal);
        return [.. pupils.Select(p => PupilBadge.Of(p, rows.GetValueOrDefault(p.RecordId), of.School!, now))];
    }

    /// <summary>Makes new badges in the place of the old ones, and ends the sign-ins made with these.</summary>
    /// <param name="pupils">Of the class, each may have a badge.</param>
    /// <param name="issue">Of the page that asks: the same one makes badges once.</param>
    /// <returns>To be printed; null when this very page has made its badges already.</returns>
    internal async Task<IReadOnlyList<PrintedBadge>?> IssueAsync(Visitor visitor, NamedClass of, IReadOnlyList<PupilBadge> pupils, Guid issue, CancellationToken ct)
    {
        for (var tries = Tries; ; tries--)
        {
            try { return await TryIssueAsync(visitor, of, pupils, issue, ct); }
            // Two of the same twelve digits: all of them are drawn anew.
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && tries > 1) { }
        }
    }

    /// <summary>False when none of them has a badge in use.</summary>
    internal async Task<bool> VoidAsync(Visitor visitor, NamedClass of, IReadOnlyList<PupilBadge> pupils, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await LockAsync(connection, of, ct);
        var voided = await VoidAsync(connection, pupils, "teacher", ct);
        await AuditAsync(connection, voided.Select(v => Line("signin.badge-voided", visitor, v.AccountId, new { badge = v.Id, why = "teacher", @class = of.ClassName })), ct);
        await transaction.CommitAsync(ct);
        await connection.CloseAsync();
        await end.OfBadgesAsync([.. voided.Select(v => v.AccountId)], visitor.AccountId.ToString(), ct);
        return voided.Count > 0;
    }

    /// <summary>False when it is not locked.</summary>
    internal async Task<bool> UnlockAsync(Visitor visitor, NamedClass of, PupilBadge pupil, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await LockAsync(connection, of, ct);
        var unlocked = (await connection.QueryAsync<Changed>(new CommandDefinition(UnlockSql, new { record = pupil.RecordId, now = clock.GetUtcNow() }, cancellationToken: ct))).AsList();
        await AuditAsync(connection, unlocked.Select(u => Line("signin.badge-unlocked", visitor, u.AccountId, new { badge = u.Id, @class = of.ClassName })), ct);
        await transaction.CommitAsync(ct);
        return unlocked.Count > 0;
    }

    private sealed record Changed
    {
        public Guid Id { get; init; }
        public Guid AccountId { get; init; }
    }

    private async Task<IReadOnlyList<PrintedBadge>?> TryIssueAsync(Visitor visitor, NamedClass of, IReadOnlyList<PupilBadge> pupils, Guid issue, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var made = pupils.Where(p => p.MayHave)
            .Select(p => new PrintedBadge(Guid.CreateVersion7(now), p, BadgeSecret.New(), BadgeNumber.New(BadgeNumber.OfBadge), PicturePin.New())).ToList();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await LockAsync(connection, of, ct);
        if (await connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsRepeatedSql, new { issue }, cancellationToken: ct))) return null;
        var voided = await VoidAsync(connection, [.. made.Select(m => m.Pupil)], "re-issued", ct);
        var until = settings.Badges.YearEnd(now, region.Zone());
        await connection.ExecuteAsync(new CommandDefinition(AddSql, new
        {
            org = of.OrgNsiId, issue, now, by = visitor.AccountId, until, ids = made.Select(m => m.Id).ToArray(), records = made.Select(m => m.Pupil.RecordId).ToArray(),
            accounts = made.Select(m => m.Pupil.Row!.AccountId).ToArray(), secrets = made.Select(m => m.Secret.Hash).ToArray(),
            numbers = made.Select(m => BadgeIndex.Of(sealer, m.Number)).ToArray(), pins = made.Select(m => BadgeIndex.Of(sealer, m.Id, m.Pin)).ToArray(),
        }, cancellationToken: ct));
        await AuditAsync(connection, made.Select(m => Line("signin.badge-issued", visitor, m.Pupil.Row!.AccountId,
            new { badge = m.Id, replaces = voided.Where(v => v.AccountId == m.Pupil.Row.AccountId).Select(v => (Guid?)v.Id).FirstOrDefault(), @class = of.ClassName })), ct);
        await transaction.CommitAsync(ct);
        await connection.CloseAsync();
        await end.OfBadgesAsync([.. voided.Select(v => v.AccountId)], visitor.AccountId.ToString(), ct);
        return made;
    }

    private static async Task<NpgsqlTransaction> LockAsync(NpgsqlConnection connection, NamedClass of, CancellationToken ct)
    {
        var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(LockSql, new { org = of.OrgNsiId }, cancellationToken: ct));
        return transaction;
    }

    private async Task<List<Changed>> VoidAsync(NpgsqlConnection connection, IReadOnlyList<PupilBadge> pupils, string why, CancellationToken ct) =>
        (await connection.QueryAsync<Changed>(new CommandDefinition(VoidSql, new { records = pupils.Select(p => p.RecordId).ToArray(), why, now = clock.GetUtcNow() },
            cancellationToken: ct))).AsList();

    private static AuditLine Line(string act, Visitor visitor, Guid pupil, object details) =>
        new(act, visitor.AccountId.ToString(), pupil.ToString(), visitor.Trace, details);

    // A line for each child, in one round trip.
    private async Task AuditAsync(NpgsqlConnection connection, IEnumerable<AuditLine> lines, CancellationToken ct)
    {
        await using var batch = connection.CreateBatch();
        foreach (var line in lines) batch.BatchCommands.Add(audit.ToBatchCommand(line));
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>What stands in the tables in the place of numbers and pictures: without the key, which lies outside the database, neither can be found
/// by trying all there are.</summary>
internal static class BadgeIndex
{
    internal static byte[] Of(Sealer sealer, BadgeNumber number) => sealer.Index("signin.badge-number", number.Value);

    internal static byte[] Of(Sealer sealer, Guid badge, PicturePin pin) => sealer.Index("signin.badge-pin", $"{badge:N} {pin.Value}");
}
