using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aupd.Kernel.Http;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Clients;

/// <summary>How clients are written in clients.json and in the database: nothing unknown, nothing twice.</summary>
internal static class ClientJson
{
    /// <summary>Shortest secret taken, in characters; one made by hand is guessed otherwise.</summary>
    public const int MinSecretLength = 16;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
        RespectNullableAnnotations = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public static string Write(OpenIdClient client) => JsonSerializer.Serialize(client, Options);

    public static OpenIdClient ReadKept(string definition) => JsonSerializer.Deserialize<OpenIdClient>(definition, Options)!;

    /// <summary>One client as written by people; null with what is wrong.</summary>
    public static (OpenIdClient? Client, IReadOnlyList<string> Faults) Read(string json, SiteAddresses? addresses)
    {
        var (clients, faults) = ReadMany($"[{json}]", addresses);
        return faults.Count > 0 || clients.Count != 1 ? (null, faults.Count > 0 ? faults : ["There must be one client object."])
            : (clients[0], []);
    }

    /// <summary>The clients of a file. Addresses stand for the placeholders {school}, {portal} and {demo}.</summary>
    public static (IReadOnlyList<OpenIdClient> Clients, IReadOnlyList<string> Faults) ReadMany(string json, SiteAddresses? addresses)
    {
        if (addresses is not null)
            json = json.Replace("{school}", addresses.School).Replace("{portal}", addresses.Portal).Replace("{demo}", addresses.Demo);
        IReadOnlyList<WrittenClient?> written;
        try { written = JsonSerializer.Deserialize<IReadOnlyList<WrittenClient?>>(json, Options) ?? []; }
        catch (JsonException e) { return ([], [$"The JSON cannot be read: {e.Message}"]); }
        var faults = new List<string>();
        foreach (var one in written)
        {
            if (one is null) { faults.Add("null stands where a client should."); continue; }
            var own = ClientRules.Check(one.ToClient()).ToList();
            if (one.Secret is { Length: < MinSecretLength }) own.Add($"secret must have {MinSecretLength} characters or more.");
            faults.AddRange(own.Select(f => $"Client \"{one.ClientId}\": {f}"));
        }
        foreach (var twice in written.Where(w => w is not null).GroupBy(w => w!.ClientId).Where(g => g.Count() > 1))
            faults.Add($"Client \"{twice.Key}\" stands there {twice.Count()} times.");
        return faults.Count > 0 ? ([], faults) : ([.. written.Select(w => w!.ToClient())], []);
    }
}
