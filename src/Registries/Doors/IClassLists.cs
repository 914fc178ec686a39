using Aupd.Kernel.People;

namespace Aupd.Registries.Doors;

/// <summary>Classes of a school and who is in them, as enrolment says today.</summary>
public interface IClassLists
{
    /// <summary>A class has at most this many pupils here: more is no class, and is cut off.</summary>
    const int MostPupils = 60;

    /// <summary>The school's classes by name; one round trip.</summary>
    Task<IReadOnlyList<SchoolClass>> OfSchoolAsync(string orgNsiId, CancellationToken ct);

    /// <summary>By surname; empty for a class that is not there. One round trip. Whoever shows them writes the look into the audit trail.</summary>
    Task<IReadOnlyList<ClassPupil>> PupilsAsync(string orgNsiId, string className, CancellationToken ct);
}

/// <param name="Name">As enrolment spells it: <c>2А</c>.</param>
public sealed record SchoolClass(string Name, int Pupils)
{
    /// <summary>The year of study: the digits that the name begins with. Null for a name that begins otherwise.</summary>
    public static int? GradeOf(string? className)
    {
        var name = (className ?? "").TrimStart();
        var digits = name.TakeWhile(char.IsAsciiDigit).Count();
        return digits is > 0 and <= 2 ? int.Parse(name.AsSpan(0, digits), System.Globalization.CultureInfo.InvariantCulture) : null;
    }
}

/// <summary>A pupil in a class. Prints the record's id alone.</summary>
/// <param name="AccountId">The account that the last comparison found to be this pupil's; null: none has been found.</param>
public sealed record ClassPupil(string RecordId, PersonName Name, string? AccountId)
{
    public override string ToString() => $"record {RecordId}";
}
