using System.Globalization;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;

namespace Aupd.Portal.Accounts;

/// <summary>An account as it lies in the table: personal data sealed, with the indexes by which it is found.</summary>
internal sealed record AccountRow
{
    /// <summary>Columns in the order of the properties; for a select, and with @ for an insert.</summary>
    public const string Columns = """
        id, last_name, first_name, middle_name, name_key, snils_state, snils_sealed, snils_index, phone_sealed, phone_index,
        email_sealed, email_index, birth_date_sealed, login, login_key, password_hash, security_stamp, made_from_record_id,
        created_at, disabled_at, version
        """;

    private const string BirthDatePurpose = "birth-date";

    public Guid Id { get; init; }
    public string LastName { get; init; } = "";
    public string FirstName { get; init; } = "";
    public string? MiddleName { get; init; }
    public string NameKey { get; init; } = "";
    public string SnilsState { get; init; } = "";
    public byte[]? SnilsSealed { get; init; }
    public byte[]? SnilsIndex { get; init; }
    public byte[]? PhoneSealed { get; init; }
    public byte[]? PhoneIndex { get; init; }
    public byte[]? EmailSealed { get; init; }
    public byte[]? EmailIndex { get; init; }
    public byte[]? BirthDateSealed { get; init; }
    public string? Login { get; init; }
    public string? LoginKey { get; init; }
    public string? PasswordHash { get; init; }
    public string SecurityStamp { get; init; } = "";
    public string? MadeFromRecordId { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime? DisabledAt { get; init; }
    public int Version { get; init; }

    public static AccountRow From(PortalAccount account, Sealer sealer) => new()
    {
        Id = account.Id,
        LastName = account.Name.Last, FirstName = account.Name.First, MiddleName = account.Name.Middle, NameKey = account.Name.Key,
        SnilsState = Word(account.SnilsState),
        SnilsSealed = sealer.SealText(Purpose.Snils, account.Snils?.Digits),
        SnilsIndex = Index(sealer, Purpose.Snils, account.Snils?.Digits),
        PhoneSealed = sealer.SealText(Purpose.Phone, account.Phone?.E164), PhoneIndex = Index(sealer, Purpose.Phone, account.Phone?.E164),
        EmailSealed = sealer.SealText(Purpose.Email, account.Email?.Address),
        EmailIndex = Index(sealer, Purpose.Email, account.Email?.Address),
        BirthDateSealed = sealer.SealText(BirthDatePurpose, account.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        Login = account.Login, LoginKey = account.Login is null ? null : LoginText.Key(account.Login),
        PasswordHash = account.PasswordHash, SecurityStamp = account.SecurityStamp, MadeFromRecordId = account.MadeFromRecordId,
        CreatedAt = account.CreatedAt.UtcDateTime, DisabledAt = account.DisabledAt?.UtcDateTime, Version = account.Version,
    };

    public PortalAccount Open(Sealer sealer) => new()
    {
        Id = Id,
        Name = PersonName.TryCreate(LastName, FirstName, MiddleName)
            ?? throw new InvalidOperationException($"Account {Id} has no readable name."),
        SnilsState = SnilsState switch
        {
            "confirmed" => Accounts.SnilsState.Confirmed, "entered" => Accounts.SnilsState.Entered, _ => Accounts.SnilsState.Absent,
        },
        Snils = Snils.TryParse(sealer.OpenText(Purpose.Snils, SnilsSealed)),
        Phone = Phone.TryParse(sealer.OpenText(Purpose.Phone, PhoneSealed)),
        Email = Email.TryParse(sealer.OpenText(Purpose.Email, EmailSealed)),
        BirthDate = sealer.OpenText(BirthDatePurpose, BirthDateSealed) is { } date
            ? DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null,
        Login = Login, PasswordHash = PasswordHash, SecurityStamp = SecurityStamp, MadeFromRecordId = MadeFromRecordId,
        CreatedAt = new DateTimeOffset(CreatedAt, TimeSpan.Zero),
        DisabledAt = DisabledAt is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null,
        Version = Version,
    };

    public static string Word(SnilsState state) => state switch
    {
        Accounts.SnilsState.Confirmed => "confirmed",
        Accounts.SnilsState.Entered => "entered",
        Accounts.SnilsState.Absent => "absent",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    public static byte[]? Index(Sealer sealer, string purpose, string? value) => value is null ? null : sealer.Index(purpose, value);
}
