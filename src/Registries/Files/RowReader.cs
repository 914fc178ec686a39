using System.Buffers;

namespace Aupd.Registries.Files;

/// <summary>Reads rows of delimited text (RFC 4180) from a stream of characters, in one pass and bounded memory.</summary>
/// <remarks>Two rules go beyond the RFC: a quote inside an unquoted field is text; a quoted field that does not end properly spoils only
/// the line its quote stands in, and reading goes on at the next line. A quoted field "does not end" also when its end is further away
/// than <see cref="MaxQuoted"/>: a stray quote must not swallow a whole file.</remarks>
internal sealed class RowReader : IDisposable
{
    /// <summary>Longest quoted field, in characters.</summary>
    public const int MaxQuoted = 1 << 17;
    /// <summary>Longest row, in characters.</summary>
    public const int MaxRow = 1 << 20;
    private const int FirstBuffer = 1 << 16;

    // Category Cc without tab and line feed; a carriage return before a line feed is not part of the row's text.
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c).Where(c => c is not ('\t' or '\n'))]);

    private readonly TextReader _text;
    private readonly List<(int Start, int Length, bool Escaped)> _fields = [];
    private char[] _buffer = new char[FirstBuffer];
    private int _start, _end;
    private bool _ended, _skipping;
    private long _nextLine = 1;

    public RowReader(TextReader text) => _text = text;

    public char Delimiter { get; set; } = ';';

    /// <summary>Physical line where the current row begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Null, or why the current row as a whole cannot be used; then its fields are not to be read.</summary>
    public string? Fault { get; private set; }

    public int FieldCount => _fields.Count;

    public ReadOnlySpan<char> Field(int index)
    {
        var (start, length, escaped) = _fields[index];
        var text = _buffer.AsSpan(start, length);
        return escaped ? text.ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : text;
    }

    /// <summary>Goes to the next row; false at the end of the text.</summary>
    public bool Read()
    {
        if (_skipping) SkipLine();
        if (!TryParse(out var consumed)) return false;
        Line = _nextLine;
        _nextLine += _buffer.AsSpan(_start, consumed).Count('\n');
        _start += consumed;
        return true;
    }

    /// <summary>Parses the next row without going past it: the header is tried with each delimiter.</summary>
    public bool Peek() => TryParse(out _);

    /// <summary>The field that holds a control character, or -1.</summary>
    public int FieldWithControlCharacter()
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            var text = _buffer.AsSpan(_fields[i].Start, _fields[i].Length);
            for (var at = text.IndexOfAny(ControlCharacters); at >= 0;)
            {
                var lineEnd = text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n';
                if (!lineEnd) return i;
                var next = text[(at + 1)..].IndexOfAny(ControlCharacters);
                at = next < 0 ? -1 : at + 1 + next;
            }
        }
        return -1;
    }

    private bool TryParse(out int consumed)
    {
        for (; ; )
        {
            consumed = _start == _end ? 0 : Parse();
            if (consumed > 0) return true;
            if (_ended) return false;
            Fill();
        }
    }

    /// <summary>Splits the row at <see cref="_start"/>; returns its length with the line end, or 0 where more text is needed.</summary>
    private int Parse()
    {
        _fields.Clear();
        Fault = null;
        var at = _start;
        for (; ; )
        {
            var next = at < _end && _buffer[at] == '"' ? Quoted(at) : Unquoted(at);
            if (next < 0) return Spoilt(next, at);
            if (next >= _end || _buffer[next] == '\n') return Math.Min(next + 1, _end) - _start;
            at = next + 1;
            if (at == _end && !_ended) return 0;
        }
    }

    private const int NeedsMore = -1, NotClosed = -2;

    /// <summary>Where the field ends (at its delimiter, line feed or the end of the text), or a negative answer.</summary>
    private int Unquoted(int at)
    {
        var length = _buffer.AsSpan(at, _end - at).IndexOfAny(Delimiter, '\n');
        if (length < 0 && !_ended) return NeedsMore;
        var end = length < 0 ? _end : at + length;
        var carriageReturn = end > at && end < _end && _buffer[end] == '\n' && _buffer[end - 1] == '\r' ? 1 : 0;
        _fields.Add((at, end - at - carriageReturn, false));
        return end;
    }

    private int Quoted(int open)
    {
        var escaped = false;
        for (var at = open + 1; ;)
        {
            var length = _buffer.AsSpan(at, _end - at).IndexOf('"');
            if (length < 0) return _ended || _end - open > MaxQuoted ? NotClosed : NeedsMore;
            at += length;
            if (at - open > MaxQuoted) return NotClosed;
            // What follows the quote decides; two characters must be in sight, for CR LF.
            if (at + 2 >= _end && !_ended) return NeedsMore;
            var next = at + 1;
            if (next < _end && _buffer[next] == '"') (escaped, at) = (true, next + 1);
            else
            {
                if (next + 1 < _end && _buffer[next] == '\r' && _buffer[next + 1] == '\n') next++;
                if (next < _end && _buffer[next] != Delimiter && _buffer[next] != '\n') return NotClosed;
                _fields.Add((open + 1, at - open - 1, escaped));
                return next;
            }
        }
    }

    /// <summary>The row ends with the line in which its open quote stands, or in which it became too long.</summary>
    private int Spoilt(int answer, int at)
    {
        if (answer == NeedsMore && _end - _start < MaxRow) return 0;
        var lineEnd = _buffer.AsSpan(at, _end - at).IndexOf('\n');
        if (lineEnd < 0 && !_ended && _end - _start < MaxRow) return 0;
        Fault = answer == NotClosed ? AsideReason.Quote : AsideReason.TooLong;
        _skipping = lineEnd < 0;
        return (lineEnd < 0 ? _end : at + lineEnd + 1) - _start;
    }

    /// <summary>Drops what is left of a line that was too long to be held.</summary>
    private void SkipLine()
    {
        for (; ; )
        {
            var lineEnd = _buffer.AsSpan(_start, _end - _start).IndexOf('\n');
            if (lineEnd >= 0)
            {
                _start += lineEnd + 1;
                _nextLine++;
                break;
            }
            _start = _end;
            if (_ended) break;
            Fill();
        }
        _skipping = false;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        ReadMore();
    }

    private void ReadMore()
    {
        var read = _text.Read(_buffer.AsSpan(_end));
        _ended = read == 0;
        _end += read;
    }

    public void Dispose() => _text.Dispose();
}
