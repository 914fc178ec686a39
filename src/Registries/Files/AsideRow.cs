namespace Aupd.Registries.Files;

/// <summary>A row that was put aside while the others went on. Holds no value of the row, so that it may be shown and stored.</summary>
/// <param name="File">Bare name of the file.</param>
/// <param name="Line">Physical line where the row begins; the header is 1.</param>
/// <param name="Column">Column at fault; empty for a fault of the whole row.</param>
/// <param name="Reason">A word of <see cref="AsideReason"/>.</param>
internal sealed record AsideRow(string File, long Line, string Column, string Reason);

/// <summary>Why a row was put aside: the closed list of <c>docs/matching.md</c>.</summary>
internal static class AsideReason
{
    /// <summary>A quoted field does not end as RFC 4180 wants it.</summary>
    public const string Quote = "quote";
    /// <summary>The row is longer than <see cref="RowReader.MaxRow"/> characters.</summary>
    public const string TooLong = "too_long";
    /// <summary>A control character other than tab and line end.</summary>
    public const string ControlCharacter = "control_character";
    /// <summary>More or fewer fields than the header.</summary>
    public const string FieldCount = "field_count";
    /// <summary>A required value is empty.</summary>
    public const string Empty = "empty";
    /// <summary>A date or a word of a closed list that cannot be read.</summary>
    public const string Unreadable = "unreadable";
    /// <summary>A second row with the same id.</summary>
    public const string DuplicateId = "duplicate_id";
    /// <summary>A reference to an organisation that is not there, or was put aside.</summary>
    public const string MissingOrganisation = "missing_organisation";
    /// <summary>A reference to a pupil who is not there, or was put aside.</summary>
    public const string MissingPupil = "missing_pupil";
}
