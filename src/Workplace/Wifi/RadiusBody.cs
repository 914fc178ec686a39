using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Aupd.Workplace.Wifi;

/// <summary>Attributes of a RADIUS packet as FreeRADIUS's <c>rlm_rest</c> posts them: <c>{"User-Name":{"type":"string","value":["ivanov"]}}</c>.</summary>
internal sealed class RadiusBody
{
    /// <summary>A packet has 4,096 bytes at most (RFC 2865 §3); each can become six characters.</summary>
    private const int Longest = 64 * 1024;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 5, AllowDuplicateProperties = false };
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, string> _first;

    private RadiusBody(Dictionary<string, string> first) => _first = first;

    /// <summary>The body, or a sentence about what is wrong with it.</summary>
    public static async Task<(RadiusBody? Body, string? Fault)> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!request.HasJsonContentType()) return (null, "the body must be JSON");
        var bytes = new byte[Longest + 1];
        var length = 0;
        try
        {
            for (int read; length < bytes.Length && (read = await request.Body.ReadAsync(bytes.AsMemory(length), ct)) > 0; length += read) { }
        }
        catch (Exception e) when (e is IOException or BadHttpRequestException) { return (null, "the body could not be read"); }
        return length > Longest ? (null, "the body is longer than a RADIUS packet can be") : Parse(bytes.AsMemory(0, length));
    }

    internal static (RadiusBody? Body, string? Fault) Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return (null, "the body must be an object of attributes");
            var first = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var attribute in document.RootElement.EnumerateObject())
            {
                if (First(attribute.Value) is not { } value) return (null, "each attribute must be an object with an array \"value\" of texts or numbers");
                first[attribute.Name] = value;
            }
            return (new RadiusBody(first), null);
        }
        // A text with half of a surrogate pair is one of these too.
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return (null, "the body is not JSON"); }
    }

    /// <summary>The first value of an attribute; null where it is absent.</summary>
    public string? Text(string name) => _first.GetValueOrDefault(name);

    /// <summary>A count; null where it is absent or none.</summary>
    public long? Number(string name) =>
        long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A value for keeping and showing: without control characters, at most 64 characters, empty where it is absent.</summary>
    public string Shown(string name)
    {
        var kept = string.Concat((Text(name) ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && c < '\uFFF0')).Trim();
        return kept.Length <= 64 ? kept : kept[..64];
    }

    private static string? First(JsonElement attribute)
    {
        if (attribute.ValueKind != JsonValueKind.Object || !attribute.TryGetProperty("value", out var values)) return null;
        if (values.ValueKind == JsonValueKind.Array) values = values.GetArrayLength() > 0 ? values[0] : default;
        return values.ValueKind switch { JsonValueKind.String => Decode(values.GetString()!), JsonValueKind.Number => values.GetRawText(), _ => null };
    }

    // rlm_rest writes every byte from 0x80 on as \u00XX, so that я comes as Ñ and a control character. A text that does not come from such bytes
    // (another version, another client) is taken as it stands.
    private static string Decode(string text)
    {
        if (text.All(char.IsAscii) || text.Any(c => c > '\u00FF')) return text;
        try { return Utf8.GetString(Encoding.Latin1.GetBytes(text)); }
        catch (DecoderFallbackException) { return text; }
    }
}
