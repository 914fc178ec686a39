using System.Text.Json;

namespace Aupd.Kernel.Jose;

/// <summary>What is encrypted when a password travels: whose it is goes along, so that a message of one person does nothing for another.</summary>
public static class SealedPassword
{
    public static byte[] Write(string subject, string password)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("sub", subject);
            writer.WriteString("password", password);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The password, in the one spelling under which the portal knows it; null when the message is not one or is somebody else's.</summary>
    public static string? Read(byte[] plain, string subject) =>
        StrictJson.ParseObject(plain) is { } root && root.Text("sub") == subject && root.Text("password") is { Length: > 0 } password ? OneSpelling(password) : null;

    // RFC 8265 §4.2.2 (OpaqueString): NFC, every space an ordinary one.
    private static string OneSpelling(string password) => string.Concat(People.Nfc.Of(password).Select(c =>
        char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.SpaceSeparator ? ' ' : c));

    /// <summary>The key of a JWK set that passwords are encrypted to; null when there is none that we can use.</summary>
    public static Jwk? KeyOf(ReadOnlyMemory<byte> keySet)
    {
        if (StrictJson.ParseObject(keySet) is not { } root || !root.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array) return null;
        return keys.EnumerateArray().Where(k => k.ValueKind == JsonValueKind.Object).Select(k => Jwk.TryParse(k, out _)).OfType<Jwk>()
            .FirstOrDefault(k => k.Use == "enc" && Jwe.Fits(k));
    }
}
