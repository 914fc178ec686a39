using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aupd.Kernel.Http;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Admin;

/// <summary>A registration as a caller writes it, completed by what it does not know: the client's secrets.</summary>
internal static class ClientDraft
{
    private const int SecretBytes = 32;

    public static string NewSecret() => StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Null when the body is not one JSON object that can be kept.</summary>
    public static JsonObject? Parse(ReadOnlyMemory<byte> body) =>
        StrictJson.ParseObject(body) is { } root && root.CanBeKept() ? JsonObject.Create(root) : null;

    /// <summary>The same validation as for the file and the command. Secrets are never given back, so a registration that names none keeps
    /// those that are; a new one gets one, made here.</summary>
    public static StoredClients.Wish Complete(JsonObject draft, string clientId, StoredClient? before, SiteAddresses addresses)
    {
        draft = draft.DeepClone().AsObject();
        if (draft["clientId"] is { } named && !(named is JsonValue value && value.TryGetValue<string>(out var text) && text == clientId))
            return Refuse(["clientId differs from the one in the address."]);
        draft["clientId"] = clientId;
        string? made = null;
        if (NeedsSecret(draft))
        {
            if (before is { Client.SecretHashes: { Count: > 0 } kept }) draft["secretHashes"] = new JsonArray([.. kept.Select(h => JsonValue.Create(h))]);
            else draft["secret"] = made = NewSecret();
        }
        var (client, faults) = ClientJson.Read(draft.ToJsonString(), addresses);
        return client is null ? Refuse(faults) : new StoredClients.Wish(client, made);
    }

    private static StoredClients.Wish Refuse(IReadOnlyList<string> faults) => new(null) { Otherwise = new ChangeClientOutcome.Refused(faults) };

    private static bool NeedsSecret(JsonObject draft) =>
        !draft.ContainsKey("secret") && !draft.ContainsKey("secretHashes") && Is(draft, "type", "confidential") && Is(draft, "authentication", "secret");

    private static bool Is(JsonObject draft, string member, string standard) =>
        !draft.TryGetPropertyValue(member, out var value) || value is JsonValue v && v.TryGetValue<string>(out var text) && text == standard;
}
