using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Secrets;

namespace Aupd.Registries.Identifiers;

/// <summary>The meaning of a row in 16 bytes, for "has it changed?". Keyed: a bare hash would let whoever holds a copy of the database try
/// out СНИЛС and phones. Not thread-safe; one per reader.</summary>
internal sealed class RowHash(Sealer sealer)
{
    private const char Separator = '\u001f', Absent = '\u0001';
    private readonly byte[] _key = sealer.Key("registries/row-hash");
    private readonly StringBuilder _text = new(256);
    private readonly byte[] _hash = new byte[HMACSHA256.HashSizeInBytes];
    private byte[] _bytes = new byte[1024];

    public RowHash Add(string? value)
    {
        if (value is null) _text.Append(Absent);
        else _text.Append(value);
        _text.Append(Separator);
        return this;
    }

    public RowHash Add(DateOnly? value) => Add(value?.ToString("O"));

    public RowHash Add(bool value) => Add(value ? "yes" : "no");

    public RowHash Add(IEnumerable<string> values)
    {
        foreach (var value in values) Add(value);
        return Add((string?)null);
    }

    /// <summary>The hash of what was added; the next row begins.</summary>
    public byte[] Take()
    {
        var text = _text.ToString();
        var longest = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_bytes.Length < longest) _bytes = new byte[longest];
        HMACSHA256.HashData(_key, _bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, _bytes)), _hash);
        _text.Clear();
        return _hash[..16];
    }
}
