using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aupd.Kernel.Data;

/// <summary>Reads what PostgreSQL's <c>to_json</c> makes of a row: snake_case names, bytea as <c>\x</c> and hexadecimal digits. For values
/// that travel within another statement's answer.</summary>
public static class RowJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new HexBytes() },
    };

    /// <exception cref="JsonException">The text is not such a row: the statement and the type do not fit each other.</exception>
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("The row is null.");

    private sealed class HexBytes : JsonConverter<byte[]>
    {
        private const string Prefix = "\\x";

        public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } text && text.StartsWith(Prefix, StringComparison.Ordinal)
                ? Convert.FromHexString(text.AsSpan(Prefix.Length)) : throw new JsonException("bytea does not begin with \\x.");

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Prefix + Convert.ToHexStringLower(value));
    }
}
