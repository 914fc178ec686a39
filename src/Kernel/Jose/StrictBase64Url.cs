using System.Buffers;
using System.Buffers.Text;

namespace Aupd.Kernel.Jose;

/// <summary>base64url as RFC 7515 §2 has it: no padding, no white space, and no stray bits in the last character, so that one
/// value has one spelling and a token cannot be altered without its signature failing.</summary>
public static class StrictBase64Url
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Null when the text is not base64url.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (!IsWellFormed(text)) return null;
        var bytes = new byte[LengthOf(text.Length)];
        return TryDecode(text, bytes) ? bytes : null;
    }

    /// <summary>Bytes that a text of so many characters gives.</summary>
    public static int LengthOf(int characters) => (int)((long)characters * 3 / 4);

    /// <summary>Decodes into exactly <paramref name="into"/>; false when the text is malformed or of another length.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> into) =>
        IsWellFormed(text) && LengthOf(text.Length) == into.Length
        && Base64Url.TryDecodeFromChars(text, into, out var written) && written == into.Length;

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(Alphabet)) return false;
        return (text.Length % 4) switch
        {
            0 => true,
            2 => (ValueOf(text[^1]) & 0b1111) == 0,
            3 => (ValueOf(text[^1]) & 0b11) == 0,
            _ => false,
        };
    }

    private static int ValueOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
