namespace Aupd.Registries.Files;

/// <summary>One delimited file whose header has been read and found usable; its rows come once, as a stream.</summary>
internal sealed class TableFile : IDisposable
{
    private static readonly char[] Delimiters = [';', ',', '\t'];
    private const int Unknown = -1;

    private readonly RowReader _rows;
    private readonly IReadOnlyList<string> _header;
    private readonly int[] _fieldOfColumn;

    private TableFile(string name, FileShape shape, RowReader rows, IReadOnlyList<string> header, int[] fieldOfColumn)
    {
        (Name, Shape, _rows, _header, _fieldOfColumn) = (name, shape, rows, header, fieldOfColumn);
        UnknownColumns = [.. header.Where((h, i) => h.Length > 0 && !fieldOfColumn.Contains(i))];
    }

    /// <summary>Bare name.</summary>
    public string Name { get; }

    public FileShape Shape { get; }

    /// <summary>Columns of the header that the contract does not know; they are ignored.</summary>
    public IReadOnlyList<string> UnknownColumns { get; }

    /// <summary>Opens the file, finds its delimiter and checks its header.</summary>
    /// <returns>The file, or one sentence that says why it cannot be used at all.</returns>
    public static (TableFile? File, string? Unusable) Open(string path, FileShape shape)
    {
        var name = Path.GetFileName(path);
        try
        {
            if (Directory.Exists(path)) return (null, $"{name} is a folder, not a file.");
            if (!File.Exists(path)) return (null, $"{name} is missing: no such file in {Path.GetDirectoryName(Path.GetFullPath(path))}.");
            var text = FileText.Open(path);
            if (text is null) return (null, $"{name} is empty: it must have at least a header line.");
            var rows = new RowReader(text);
            var (file, unusable) = WithHeader(name, shape, rows);
            if (file is null) rows.Dispose();
            return (file, unusable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{name} cannot be read: {e.Message}");
        }
    }

    private static (TableFile?, string?) WithHeader(string name, FileShape shape, RowReader rows)
    {
        // The right delimiter is the one that makes the most known columns; an unknown column may hold any character.
        rows.Delimiter = Delimiters.MaxBy(d =>
        {
            rows.Delimiter = d;
            return Header(rows, peek: true).Count(h => shape.Columns.Contains(h));
        });
        var header = Header(rows, peek: false);
        if (header.Count == 0) return (null, $"{name} has no readable header line.");
        var twice = header.Where(h => h.Length > 0).GroupBy(h => h).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null) return (null, $"{name} has the column {twice} twice.");
        var fieldOfColumn = shape.Columns.Select(c => header.IndexOf(c)).ToArray();
        var missing = shape.Columns.Where((_, i) => shape.IsRequired(i) && fieldOfColumn[i] == Unknown).ToArray();
        if (missing.Length > 0)
            return (null, $"{name} has no column {string.Join(", ", missing)}, which {(missing.Length == 1 ? "is" : "are")} required.");
        return (new TableFile(name, shape, rows, header, fieldOfColumn), null);
    }

    /// <summary>Column names, trimmed and in lower case; none where the line cannot be split.</summary>
    private static List<string> Header(RowReader rows, bool peek)
    {
        if (!(peek ? rows.Peek() : rows.Read()) || rows.Fault is not null) return [];
        return [.. Enumerable.Range(0, rows.FieldCount).Select(i => rows.Field(i).Trim().ToString().ToLowerInvariant())];
    }

    /// <summary>Every row that <paramref name="read"/> accepts; the others go to <paramref name="aside"/>, one line each.</summary>
    public IEnumerable<T> Rows<T>(Func<RowFields, T> read, Action<AsideRow> aside) where T : class
    {
        var fields = new RowFields(_rows, Shape, _fieldOfColumn);
        while (_rows.Read())
        {
            if (FaultOfWholeRow() is var (column, reason))
            {
                aside(new AsideRow(Name, _rows.Line, column, reason));
                continue;
            }
            fields.Begin();
            var row = read(fields);
            if (fields.FaultReason is null) yield return row;
            else aside(new AsideRow(Name, _rows.Line, Shape.Columns[fields.FaultColumn], fields.FaultReason));
        }
    }

    private (string Column, string Reason)? FaultOfWholeRow()
    {
        if (_rows.Fault is not null) return ("", _rows.Fault);
        if (_rows.FieldCount != _header.Count) return ("", AsideReason.FieldCount);
        var control = _rows.FieldWithControlCharacter();
        return control < 0 ? null : (_header[control], AsideReason.ControlCharacter);
    }

    public void Dispose() => _rows.Dispose();
}
