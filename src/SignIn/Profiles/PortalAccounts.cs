using System.Globalization;
using System.Text.Json;
using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.SignIn.Doors;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Profiles;

/// <summary>Keeps the portal's accounts; identifiers are sealed.</summary>
internal sealed class PortalAccounts(NpgsqlDataSource source, HotPath hot, Sealer sealer, FactLog facts, TimeProvider clock)
{
    // What stood there before is read as the statement found it.
    private const string SaveSql = """
        with before as (select last_name, first_name, middle_name, snils_sealed from signin.account where issuer = @Issuer and subject = @Subject)
        insert into signin.account (id, issuer, subject, last_name, first_name, middle_name, snils_sealed, snils_invalid, snils_confirmed, phone_sealed,
               phone_verified, email_sealed, email_verified, birth_date, portal_login, made_from_record_id, created_at_portal, seen_at)
        values (@id, @Issuer, @Subject, @last, @first, @middle, @snils, @SnilsInvalid, @SnilsConfirmed, @phone,
               @PhoneVerified, @email, @EmailVerified, @birthDate::date, @PortalLogin, @MadeFromRecordId, @CreatedAtPortal, @now)
        on conflict (issuer, subject) do update set last_name = excluded.last_name, first_name = excluded.first_name, middle_name = excluded.middle_name,
               snils_sealed = excluded.snils_sealed, snils_invalid = excluded.snils_invalid, snils_confirmed = excluded.snils_confirmed,
               phone_sealed = excluded.phone_sealed, phone_verified = excluded.phone_verified, email_sealed = excluded.email_sealed,
               email_verified = excluded.email_verified, birth_date = excluded.birth_date, portal_login = excluded.portal_login,
               made_from_record_id = excluded.made_from_record_id, created_at_portal = excluded.created_at_portal, seen_at = excluded.seen_at
        returning id, (select to_json(b)::text from before b) as before
        """;

    /// <summary>Of signin.account as <c>a</c>, for <see cref="Row"/>.</summary>
    internal const string Columns = """
        a.id, a.issuer, a.subject, a.last_name, a.first_name, a.middle_name, a.snils_sealed, a.snils_invalid, a.snils_confirmed, a.phone_sealed,
        a.phone_verified, a.email_sealed, a.email_verified, a.birth_date::text as birth_date, a.portal_login, a.made_from_record_id, a.created_at_portal
        """;

    private const string ReadColumns = $"select {Columns}, a.verdicts::text as verdicts from signin.account a";

    internal record Row
    {
        public Guid Id { get; init; }
        public string Issuer { get; init; } = "";
        public string Subject { get; init; } = "";
        public string LastName { get; init; } = "";
        public string FirstName { get; init; } = "";
        public string? MiddleName { get; init; }
        public byte[]? SnilsSealed { get; init; }
        public bool SnilsInvalid { get; init; }
        public bool SnilsConfirmed { get; init; }
        public byte[]? PhoneSealed { get; init; }
        public bool PhoneVerified { get; init; }
        public byte[]? EmailSealed { get; init; }
        public bool EmailVerified { get; init; }
        public string? BirthDate { get; init; }
        public string? PortalLogin { get; init; }
        public string? MadeFromRecordId { get; init; }
        public DateTimeOffset? CreatedAtPortal { get; init; }
        public string Verdicts { get; init; } = "[]";
    }

    private sealed record Before(string LastName, string FirstName, string? MiddleName, byte[]? SnilsSealed);

    /// <summary>Keeps the account as the portal describes it now, and gives it back with its id. Another name or СНИЛС leaves a fact. Most accounts are as they were: that is read in
    /// one round trip, and nothing written.</summary>
    internal async Task<PortalAccount> SaveAsync(PortalAccount account, CancellationToken ct) =>
        await FindAsync(account.Issuer, account.Subject, ct) is { Account: var kept } && kept == account with { Id = kept.Id } ? kept : await WriteAsync(account, ct);

    private async Task<PortalAccount> WriteAsync(PortalAccount account, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var (id, before) = await connection.QuerySingleAsync<(Guid Id, string? Before)>(new CommandDefinition(SaveSql, new
        {
            id = Guid.CreateVersion7(clock.GetUtcNow()), account.Issuer, account.Subject,
            last = account.Name.Last, first = account.Name.First, middle = account.Name.Middle,
            snils = sealer.SealText(Purpose.Snils, account.Snils?.Digits), account.SnilsInvalid, account.SnilsConfirmed,
            phone = sealer.SealText(Purpose.Phone, account.Phone?.E164), account.PhoneVerified,
            email = sealer.SealText(Purpose.Email, account.Email?.Address), account.EmailVerified,
            birthDate = account.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            account.PortalLogin, account.MadeFromRecordId, account.CreatedAtPortal, now = clock.GetUtcNow(),
        }, cancellationToken: ct));
        if (before is not null && IsAnother(account, RowJson.Read<Before>(before))) await facts.AddAsync(connection, PersonChanged.FactFor(account.Subject), ct);
        await transaction.CommitAsync(ct);
        return account with { Id = id };
    }

    private bool IsAnother(PortalAccount account, Before before) =>
        (before.LastName, before.FirstName, before.MiddleName) != (account.Name.Last, account.Name.First, account.Name.Middle)
        || sealer.OpenText(Purpose.Snils, before.SnilsSealed) != account.Snils?.Digits;

    internal Task<(PortalAccount Account, IReadOnlyList<KeptVerdict> Verdicts)?> ReadAsync(Guid id, CancellationToken ct) =>
        ReadAsync(ReadColumns + " where id = @id", new { id }, ct);

    internal Task<(PortalAccount Account, IReadOnlyList<KeptVerdict> Verdicts)?> FindAsync(string issuer, string subject, CancellationToken ct) =>
        ReadAsync(ReadColumns + " where issuer = @issuer and subject = @subject", new { issuer, subject }, ct);

    private async Task<(PortalAccount, IReadOnlyList<KeptVerdict>)?> ReadAsync(string sql, object key, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(sql, key, cancellationToken: ct));
        if (row is null) return null;
        return (Open(row), JsonSerializer.Deserialize<List<KeptVerdict>>(row.Verdicts, JsonSerializerOptions.Web)!);
    }

    internal PortalAccount Open(Row row) => new(row.Issuer, row.Subject, PersonName.TryCreate(row.LastName, row.FirstName, row.MiddleName)!)
    {
        Id = row.Id,
        Snils = Snils.TryParse(sealer.OpenText(Purpose.Snils, row.SnilsSealed)),
        SnilsInvalid = row.SnilsInvalid, SnilsConfirmed = row.SnilsConfirmed,
        Phone = Phone.TryParse(sealer.OpenText(Purpose.Phone, row.PhoneSealed)), PhoneVerified = row.PhoneVerified,
        Email = Email.TryParse(sealer.OpenText(Purpose.Email, row.EmailSealed)), EmailVerified = row.EmailVerified,
        BirthDate = row.BirthDate is null ? null : DateOnly.ParseExact(row.BirthDate, "yyyy-MM-dd", CultureInfo.InvariantCulture),
        PortalLogin = row.PortalLogin, MadeFromRecordId = row.MadeFromRecordId, CreatedAtPortal = row.CreatedAtPortal,
    };
}
