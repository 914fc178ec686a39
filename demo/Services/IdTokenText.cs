using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Aupd.Demo.Services;

/// <summary>An ID token spelt out for the curious. It was verified when it came; here it is only shown.</summary>
/// <param name="Raw">As it came, three parts with dots.</param>
internal sealed record IdTokenText(string Raw, string Header, string Payload)
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IdTokenText Of(string token)
    {
        var parts = token.Split('.');
        return new IdTokenText(token, Indent(parts[0]), Indent(parts.Length > 1 ? parts[1] : ""));
    }

    private static string Indent(string part)
    {
        try { return JsonSerializer.Serialize(JsonDocument.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part))), Pretty); }
        catch (Exception e) when (e is FormatException or JsonException) { return part; }
    }
}
