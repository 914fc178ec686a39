namespace Aupd.Demo.Region;

/// <summary>A line of staff.csv.</summary>
internal sealed record StaffRow(
    string RecordId, string Org, string Last, string First, string? Middle, string? Snils, DateOnly? Birth, string Position, bool Teacher,
    DateOnly Start, DateOnly? End, string? JournalLogin);

/// <summary>A line of pupils.csv.</summary>
internal sealed record PupilRow(
    string RecordId, string Org, string Class, string Last, string First, string? Middle, DateOnly? Birth, string? Snils, string? Phone,
    string? Email, string? JournalLogin);

/// <summary>A line of guardians.csv.</summary>
internal sealed record GuardianRow(
    string RecordId, string Pupil, string Last, string First, string? Middle, DateOnly? Birth, string? Snils, string? Phone, string? Email,
    string Relation);
