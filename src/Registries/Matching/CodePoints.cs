namespace Aupd.Registries.Matching;

/// <summary>Order of ids: by code point, as UTF-8 bytes and PostgreSQL's collation "C" sort. UTF-16 order differs where a letter is a
/// pair.</summary>
internal sealed class CodePoints : IComparer<string>
{
    public static readonly CodePoints Order = new();

    int IComparer<string>.Compare(string? x, string? y) => Compare(x, y);

    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        var same = x.CommonPrefixLength(y);
        if (same == x.Length || same == y.Length) return x.Length.CompareTo(y.Length);
        return Rank(x[same]).CompareTo(Rank(y[same]));
    }

    /// <summary>Halves of a pair stand for code points above all others.</summary>
    private static int Rank(char c) => char.IsSurrogate(c) ? c + char.MaxValue : c;
}
