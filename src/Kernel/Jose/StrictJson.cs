using System.Text.Json;
using System.Text.Unicode;

namespace Aupd.Kernel.Jose;

/// <summary>Reads JSON that came from outside: valid UTF-8, one object, no member twice at any depth, no comments, no trailing commas,
/// at most 16 deep. Two parsers can then not read one token differently.</summary>
public static class StrictJson
{
    private const int MaxNumberLength = 400;
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>The root object, or null.</summary>
    public static JsonElement? ParseObject(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span)) return null;
        try
        {
            var root = JsonDocument.Parse(json, Options).RootElement;
            return root.ValueKind == JsonValueKind.Object ? root : null;
        }
        catch (JsonException) { return null; }
        // A name with half a surrogate pair: the check for duplicates cannot unescape it.
        catch (InvalidOperationException) { return null; }
    }

    /// <summary>The member as text; null when it is absent, no string, holds half a surrogate pair, or U+0000 (which PostgreSQL
    /// refuses).</summary>
    public static string? Text(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var member)) return null;
        return member.AsText();
    }

    /// <summary>The value as text under the same conditions.</summary>
    public static string? AsText(this JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            var text = value.GetString();
            return text is null || text.Contains('\0') ? null : text;
        }
        catch (InvalidOperationException) { return null; }
    }

    /// <summary>Can PostgreSQL keep it as jsonb? Not U+0000 or half a surrogate pair, in a value or in a name, nor a number that no double holds:
    /// its own limits lie further out (131072 digits before the point, 16383 behind it), and nothing we are told needs them.</summary>
    public static bool CanBeKept(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.AsText() is not null,
        JsonValueKind.Number => IsOrdinary(value),
        JsonValueKind.Array => value.EnumerateArray().All(CanBeKept),
        JsonValueKind.Object => value.EnumerateObject().All(p => IsWhole(p) && p.Value.CanBeKept()),
        _ => true,
    };

    private static bool IsWhole(JsonProperty member)
    {
        try { return !member.Name.Contains('\0'); }
        catch (InvalidOperationException) { return false; }
    }

    private static bool IsOrdinary(JsonElement number)
    {
        var text = number.GetRawText();
        if (text.Length > MaxNumberLength || !number.TryGetDouble(out var read) || !double.IsFinite(read)) return false;
        // Zero may be what was too small for a double.
        return read != 0 || text.AsSpan(0, text.AsSpan().IndexOfAny('e', 'E') is var end and >= 0 ? end : text.Length).IndexOfAnyInRange('1', '9') < 0;
    }

    public static bool Has(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);
}
