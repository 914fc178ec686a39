namespace Aupd.Registries.Files;

/// <summary>The fields of the current row by column; remembers the first fault, in the order in which columns are asked for.</summary>
internal sealed class RowFields(RowReader rows, FileShape shape, int[] fieldOfColumn)
{
    private const int CacheSlots = 1 << 12, LongestCached = 64;
    private readonly string?[] _cache = new string?[CacheSlots];

    public long Line => rows.Line;

    public int FaultColumn { get; private set; }

    /// <summary>Null while the row is good.</summary>
    public string? FaultReason { get; private set; }

    public void Begin() => FaultReason = null;

    public void Fail(int column, string reason)
    {
        if (FaultReason is not null) return;
        (FaultColumn, FaultReason) = (column, reason);
    }

    private ReadOnlySpan<char> Span(int column) => fieldOfColumn[column] is >= 0 and var field ? rows.Field(field).Trim() : default;

    /// <summary>Trimmed text; null where empty, which is a fault of a required column.</summary>
    public string? Text(int column)
    {
        var text = Span(column);
        if (text.Length > 0) return text.ToString();
        if (shape.IsRequired(column)) Fail(column, AsideReason.Empty);
        return null;
    }

    /// <summary>Text of a required column; after a fault something not null, since the row is dropped.</summary>
    public string Required(int column) => Text(column) ?? "";

    /// <summary>The same for values that come again and again (an organisation, a first name): one string for all of them.</summary>
    public string? Shared(int column)
    {
        var text = Span(column);
        if (text.Length is 0 or > LongestCached) return Text(column);
        ref var slot = ref _cache[string.GetHashCode(text) & CacheSlots - 1];
        if (slot is null || !text.SequenceEqual(slot)) slot = text.ToString();
        return slot;
    }

    /// <summary>A part of a name that must be there: something visible must remain after normalisation.</summary>
    public string RequiredName(int column)
    {
        var text = Shared(column);
        if (text is null) return "";
        // Every letter is visible, and nearly every name begins with one: the long way is for the rest.
        if (!char.IsLetter(text[0]) && Kernel.People.NameText.Normalise(text).Length == 0) Fail(column, AsideReason.Empty);
        return text;
    }

    public DateOnly? Date(int column)
    {
        var text = Span(column);
        if (text.IsEmpty) return null;
        if (DateText.TryRead(text, out var date)) return date;
        Fail(column, AsideReason.Unreadable);
        return null;
    }

    public DateTime? Moment(int column)
    {
        var text = Span(column);
        if (text.IsEmpty) return null;
        if (DateText.TryReadMoment(text, out var moment)) return moment;
        Fail(column, AsideReason.Unreadable);
        return null;
    }

    /// <summary>One of two words, in any letter case; <paramref name="absent"/> where empty.</summary>
    public bool OneOf(int column, string whenTrue, string whenFalse, bool absent)
    {
        var text = Span(column);
        if (text.IsEmpty) return absent;
        if (text.Equals(whenTrue, StringComparison.OrdinalIgnoreCase)) return true;
        if (!text.Equals(whenFalse, StringComparison.OrdinalIgnoreCase)) Fail(column, AsideReason.Unreadable);
        return false;
    }
}
