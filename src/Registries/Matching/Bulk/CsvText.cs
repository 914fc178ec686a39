using System.Buffers;
using System.Text;

namespace Aupd.Registries.Matching.Bulk;

/// <summary>Fields of the contract's output: UTF-8 without BOM, <c>;</c>, LF, quoted as RFC 4180 wants where needed.</summary>
internal static class CsvText
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(";\"\r\n");

    public static void Field(this ArrayBufferWriter<byte> csv, ReadOnlySpan<char> text, char after)
    {
        if (text.ContainsAny(NeedsQuotes)) text = $"\"{text.ToString().Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var bytes = csv.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length) + 1);
        var written = Encoding.UTF8.GetBytes(text, bytes);
        bytes[written] = (byte)after;
        csv.Advance(written + 1);
    }

    public static void Line(this ArrayBufferWriter<byte> csv, params ReadOnlySpan<string> fields)
    {
        for (var i = 0; i < fields.Length; i++) csv.Field(fields[i], i == fields.Length - 1 ? '\n' : ';');
    }
}
