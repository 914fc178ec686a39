using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;

namespace Aupd.OpenId.Authorize;

/// <summary>What a client wishes of one claim (OpenID Connect Core §5.5.1).</summary>
/// <param name="Values">It is to be one of these; null: any.</param>
internal sealed record ClaimWish(bool Essential, IReadOnlyList<JsonElement>? Values)
{
    public bool Accepts(object value) => Values?.Any(v => JsonElement.DeepEquals(v, JsonSerializer.SerializeToElement(value))) ?? true;
}

/// <summary>The <c>claims</c> parameter: single claims, where a scope would bring too many, or into the ID token.</summary>
internal sealed class ClaimsRequest
{
    private const int MaxLength = 8 * 1024, MaxNames = 50, MaxValues = 50;
    private const string UserInfoMember = "userinfo", IdTokenMember = "id_token", AcrClaim = "acr";

    private ClaimsRequest(IReadOnlyDictionary<string, ClaimWish> userInfo, IReadOnlyDictionary<string, ClaimWish> idToken) =>
        (UserInfo, IdToken) = (userInfo, idToken);

    public IReadOnlyDictionary<string, ClaimWish> UserInfo { get; }
    public IReadOnlyDictionary<string, ClaimWish> IdToken { get; }

    /// <summary>Whose sign-in is wished, if sub is; names that are no text fit nobody.</summary>
    public IReadOnlyList<string>? Subjects
    {
        get
        {
            var wishes = new[] { UserInfo.GetValueOrDefault("sub")?.Values, IdToken.GetValueOrDefault("sub")?.Values }.OfType<IReadOnlyList<JsonElement>>()
                .Select(values => values.Select(v => v.AsText()).OfType<string>().ToArray()).ToArray();
            return wishes.Length == 0 ? null : wishes.Length == 1 ? wishes[0] : [.. wishes[0].Intersect(wishes[1])];
        }
    }

    /// <summary>Null when the text is not of the form of §5.5; members that are not understood are ignored.</summary>
    public static ClaimsRequest? TryParse(string text)
    {
        return text.Length > MaxLength ? null : Parse(text);
    }

    /// <param name="text">From <see cref="ToKeep"/>.</param>
    public static ClaimsRequest ReadKept(string text) =>
        Parse(text) ?? throw new InvalidOperationException("What is kept of a claims parameter cannot be read.");

    private static ClaimsRequest? Parse(string text)
    {
        if (StrictJson.ParseObject(Encoding.UTF8.GetBytes(text)) is not { } root) return null;
        return Wishes(root, UserInfoMember) is { } userInfo && Wishes(root, IdTokenMember) is { } idToken
            ? new ClaimsRequest(userInfo, idToken) : null;
    }

    /// <summary>As it is kept with a grant: of the claims that the site has, those that this client may have. Null when nothing is
    /// left.</summary>
    public string? ToKeep(IClaimsSource site, OpenIdClient client)
    {
        var kept = new JsonObject();
        foreach (var (member, wishes) in new[] { (UserInfoMember, UserInfo), (IdTokenMember, IdToken) })
        {
            var part = new JsonObject();
            foreach (var (name, wish) in wishes)
                if (ClaimsFor.ScopeOf(site, name) is { } scope && client.Scopes.Contains(scope) && ClaimsFor.MayHave(client, name))
                    part[name] = wish.Values is null ? null
                        : new JsonObject { ["values"] = new JsonArray([.. wish.Values.Select(v => JsonNode.Parse(v.GetRawText()))]) };
            if (part.Count > 0) kept[member] = part;
        }
        return kept.Count > 0 ? kept.ToJsonString() : null;
    }

    /// <summary>With the acr that the ID token is to say, which is a weaker one than that of the sign-in.</summary>
    /// <param name="kept">From <see cref="ToKeep"/>.</param>
    public static string KeepClass(string? kept, string acr)
    {
        var root = kept is null ? [] : JsonNode.Parse(kept)!.AsObject();
        var idToken = root[IdTokenMember] as JsonObject ?? [];
        idToken[AcrClaim] = new JsonObject { ["values"] = new JsonArray(acr) };
        root[IdTokenMember] = idToken;
        return root.ToJsonString();
    }

    /// <summary>What <see cref="KeepClass"/> has kept.</summary>
    public string? KeptClass => IdToken.GetValueOrDefault(AcrClaim)?.Values is [var acr] ? acr.AsText() : null;

    private static Dictionary<string, ClaimWish>? Wishes(JsonElement root, string member)
    {
        var wishes = new Dictionary<string, ClaimWish>(StringComparer.Ordinal);
        if (!root.TryGetProperty(member, out var part) || part.ValueKind == JsonValueKind.Null) return wishes;
        if (part.ValueKind != JsonValueKind.Object) return null;
        foreach (var one in part.EnumerateObject())
        {
            if (wishes.Count == MaxNames || one.Name.Contains('\0') || Wish(one.Value) is not { } wish) return null;
            wishes[one.Name] = wish;
        }
        return wishes;
    }

    private static ClaimWish? Wish(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null) return new ClaimWish(false, null);
        if (json.ValueKind != JsonValueKind.Object) return null;
        var essential = json.TryGetProperty("essential", out var flag) ? flag.ValueKind : JsonValueKind.False;
        if (essential is not (JsonValueKind.True or JsonValueKind.False)) return null;
        IReadOnlyList<JsonElement>? values = json.TryGetProperty("value", out var one) ? [one] : null;
        if (json.TryGetProperty("values", out var several))
        {
            if (several.ValueKind != JsonValueKind.Array || several.GetArrayLength() == 0) return null;
            values = [.. values ?? [], .. several.EnumerateArray()];
        }
        if (values?.Count > MaxValues) return null;
        return json.CanBeKept() ? new ClaimWish(essential == JsonValueKind.True, values) : null;
    }
}
