namespace Aupd.Kernel.People;

/// <summary>A full name as its owner writes it, with the form by which names are compared. Prints as initials.</summary>
public sealed record PersonName
{
    /// <summary>Longest accepted part, in characters; registry fields promise at least this much.</summary>
    public const int MaxPartLength = 1000;

    /// <summary>Stands between the parts of <see cref="Key"/>; no normalised part has a tab in it.</summary>
    private const char Separator = '\t';

    private PersonName(string last, string first, string? middle, string lastKey, string firstKey, string? middleKey)
    {
        (Last, First, Middle) = (last, first, middle);
        (LastKey, FirstKey, MiddleKey) = (lastKey, firstKey, middleKey);
    }

    public string Last { get; }
    public string First { get; }
    /// <summary>The patronymic; null where the person has none.</summary>
    public string? Middle { get; }

    public string LastKey { get; }
    public string FirstKey { get; }
    public string? MiddleKey { get; }

    /// <summary>All three parts in comparison form; two people of one full name have one key.</summary>
    public string Key => $"{LastKey}{Separator}{FirstKey}{Separator}{MiddleKey}";

    /// <summary>Null unless surname and first name hold something visible, and where a part is too long or has a NUL, which PostgreSQL
    /// refuses.</summary>
    public static PersonName? TryCreate(string? last, string? first, string? middle)
    {
        if (last?.Length > MaxPartLength || first?.Length > MaxPartLength || middle?.Length > MaxPartLength) return null;
        if (HasNul(last) || HasNul(first) || HasNul(middle)) return null;
        var (lastKey, firstKey, middleKey) = (NameText.Normalise(last), NameText.Normalise(first), NameText.NormalisePatronymic(middle));
        if (lastKey.Length == 0 || firstKey.Length == 0) return null;
        return new PersonName(last!.Trim(), first!.Trim(), middleKey is null ? null : middle!.Trim(), lastKey, firstKey, middleKey);
    }

    private static bool HasNul(string? part) => part?.Contains('\0') == true;

    /// <summary>The whole name, for the person's own eyes and for those with a right to it.</summary>
    public string Reveal() => Middle is null ? $"{Last} {First}" : $"{Last} {First} {Middle}";

    /// <summary>First name and patronymic: how a person is greeted.</summary>
    public string Greeting() => Middle is null ? First : $"{First} {Middle}";

    public override string ToString() => $"{Last[..1]}. {First[..1]}.";
}
