namespace Aupd.Registries.Matching;

/// <summary>A word for whoever repairs the data: what the difference looks like, never a value of the other side. The closed list stands in
/// <c>docs/matching.md</c>.</summary>
internal static class Hint
{
    public const string None = "";

    public static readonly IReadOnlyList<string> All =
    [
        "surname_one_letter", "first_name_one_letter", "patronymic_one_letter", "patronymic_missing", "surname_order", "surname_differs",
        "first_name_differs", "patronymic_differs", "surname_and_first_name_swapped", "birth_date_day_and_month_swapped",
        "birth_date_one_part", "account_has_no_contacts", "registry_has_no_contacts",
    ];

    public static string Of(Population population, Reason reason, in Account account, in Record record) => reason switch
    {
        Reason.NameDiffers or Reason.DuplicateAccount => OfNames(population.Names, account.Person.Name, record.Person.Name),
        Reason.BirthDateContradicts => OfBirthDates(account.Person.BirthDay, record.Person.BirthDay),
        Reason.ContactsDiffer when account.Person is { Phones: 0, Emails: 0 } => "account_has_no_contacts",
        Reason.ContactsDiffer when record.Person is { Phones: 0, Emails: 0 } => "registry_has_no_contacts",
        _ => None,
    };

    private static string OfNames(NameParts names, FullName mine, FullName theirs) =>
        (mine.Last == theirs.Last, mine.First == theirs.First, mine.Middle == theirs.Middle) switch
        {
            (false, true, true) => OfSurnames(names.Text(mine.Last), names.Text(theirs.Last)),
            (true, false, true) => OneLetter(names, mine.First, theirs.First) ? "first_name_one_letter" : "first_name_differs",
            (true, true, false) when mine.Middle == 0 || theirs.Middle == 0 => "patronymic_missing",
            (true, true, false) => OneLetter(names, mine.Middle, theirs.Middle) ? "patronymic_one_letter" : "patronymic_differs",
            (false, false, true) when mine.Last == theirs.First && mine.First == theirs.Last => "surname_and_first_name_swapped",
            _ => None,
        };

    private static bool OneLetter(NameParts names, int mine, int theirs) => IsOneLetter(names.Text(mine), names.Text(theirs));

    private static string OfSurnames(string mine, string theirs)
    {
        if (IsOneLetter(mine, theirs)) return "surname_one_letter";
        var dash = mine.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && theirs == $"{mine[(dash + 1)..]}-{mine[..dash]}" ? "surname_order" : "surname_differs";
    }

    private static string OfBirthDates(int mine, int theirs)
    {
        if (Population.Date(mine) is not { } x || Population.Date(theirs) is not { } y) return None;
        if (x.Year == y.Year && x.Month == y.Day && x.Day == y.Month) return "birth_date_day_and_month_swapped";
        var differing = (x.Year != y.Year ? 1 : 0) + (x.Month != y.Month ? 1 : 0) + (x.Day != y.Day ? 1 : 0);
        return differing == 1 ? "birth_date_one_part" : None;
    }

    /// <summary>One letter added, dropped or another, or two neighbours swapped.</summary>
    internal static bool IsOneLetter(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        if (Math.Abs(x.Length - y.Length) > 1) return false;
        var start = x.CommonPrefixLength(y);
        x = x[start..];
        y = y[start..];
        if (x.Length != y.Length) return x.Length > y.Length ? x[1..].SequenceEqual(y) : y[1..].SequenceEqual(x);
        if (x.IsEmpty) return false;
        return x[1..].SequenceEqual(y[1..]) || x.Length > 1 && x[0] == y[1] && x[1] == y[0] && x[2..].SequenceEqual(y[2..]);
    }
}
