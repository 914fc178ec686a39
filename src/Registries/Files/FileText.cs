using System.Text;
using System.Text.Unicode;

namespace Aupd.Registries.Files;

/// <summary>Opens a file as text: UTF-8 with or without BOM; else, when any byte of it is not valid UTF-8, Windows-1251.</summary>
internal static class FileText
{
    private const int Windows1251 = 1251, BufferBytes = 1 << 18;
    private static readonly byte[] Bom = [0xEF, 0xBB, 0xBF];

    static FileText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Null for a file without a single byte of text.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TextReader? Open(string path)
    {
        var encoding = IsUtf8(path) ? Encoding.UTF8 : Encoding.GetEncoding(Windows1251);
        var stream = Bytes(path);
        Span<byte> start = stackalloc byte[Bom.Length];
        var read = stream.ReadAtLeast(start, Bom.Length, throwOnEndOfStream: false);
        var hasBom = start[..read].SequenceEqual(Bom);
        if (read > 0 && !(hasBom && stream.ReadByte() < 0))
        {
            stream.Position = hasBom ? Bom.Length : 0;
            return new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: false, BufferBytes);
        }
        stream.Dispose();
        return null;
    }

    private static FileStream Bytes(string path) =>
        new(path, new FileStreamOptions { Access = FileAccess.Read, Options = FileOptions.SequentialScan, BufferSize = 0 });

    private static bool IsUtf8(string path)
    {
        using var stream = Bytes(path);
        var buffer = new byte[BufferBytes];
        var kept = 0;
        for (; ; )
        {
            var read = stream.Read(buffer, kept, buffer.Length - kept);
            var length = kept + read;
            if (read == 0) return kept == 0;
            // A character may be cut by the end of the buffer: up to three bytes wait for the rest of it.
            var whole = length;
            for (var back = 1; back <= 3 && back <= length; back++)
                if (buffer[length - back] >= 0xC0)
                {
                    whole = length - back;
                    break;
                }
            if (!Utf8.IsValid(buffer.AsSpan(0, whole)))
                return false;
            kept = length - whole;
            buffer.AsSpan(whole, kept).CopyTo(buffer);
            if (kept > 0 && Utf8.IsValid(buffer.AsSpan(0, kept))) kept = 0;
        }
    }
}
