namespace Aupd.Registries.Files;

// Rows as the contract's files have them: trimmed text, empty is null, dates and yes/no read. Identifiers and names stay as written;
// Kernel/People normalises them. Records are for reading within the program and never printed: ToString gives the id alone.

/// <param name="Line">Physical line where the row begins; the header is 1.</param>
internal sealed record OrganisationRow(
    long Line, string NsiId, string? EkisId, string ShortName, string? Founder, string? District, bool IsState, bool TakesPartInActivation);

internal sealed record StaffRow(
    long Line, string RecordId, string OrgNsiId, string LastName, string FirstName, string? MiddleName, string? Snils, DateOnly? BirthDate,
    string? Position, bool IsTeacher, DateOnly? StartDate, DateOnly? EndDate, string? JournalLogin)
{
    public override string ToString() => $"staff {RecordId}";
}

/// <param name="Phones">As written; <see cref="Contacts"/> reads it.</param>
/// <param name="Emails">As written; <see cref="Contacts"/> reads it.</param>
internal sealed record PupilRow(
    long Line, string RecordId, string OrgNsiId, string? ClassName, string LastName, string FirstName, string? MiddleName,
    DateOnly? BirthDate, string? Snils, string? Phones, string? Emails, string? JournalLogin)
{
    public override string ToString() => $"pupil {RecordId}";
}

internal sealed record GuardianRow(
    long Line, string RecordId, string PupilRecordId, string LastName, string FirstName, string? MiddleName, DateOnly? BirthDate,
    string? Snils, string? Phones, string? Emails, string? Relation)
{
    public override string ToString() => $"guardian {RecordId}";
}

/// <param name="CreatedAt">In the region's own time; a date alone is its midnight.</param>
internal sealed record AccountRow(
    long Line, string AccountId, string LastName, string FirstName, string? MiddleName, string? Snils, bool SnilsConfirmed, string? Phones,
    string? Emails, DateOnly? BirthDate, string? Login, DateTime? CreatedAt, string? MadeFromRecordId)
{
    public override string ToString() => $"account {AccountId}";
}
