using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aupd.Workplace.Delivery;

namespace Aupd.Workplace.Teams;

/// <summary>What the server can do (RFC 7643 §5).</summary>
internal sealed record ScimFeatures(bool CanPatch, bool CanFilter, bool KeepsVersions);

/// <summary>A SCIM 2.0 server (RFC 7644), for one caller at a time. Addresses come from the settings alone: what the server says of locations is not
/// followed.</summary>
internal sealed class ScimServer(TeamsSettings settings, ScimToken token, TimeProvider clock) : IDisposable
{
    private const int LongestAnswer = 4 * 1024 * 1024, PageSize = 100, MostPages = 50, LongestDetail = 300;
    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private readonly ScimHttp _http = new(settings.Url, settings.CaFile, nameof(TeamsSettings.CaFile), settings.TimeoutSeconds);
    private readonly string _base = settings.Url.TrimEnd('/');
    // Servers learn: what they can do is asked anew each hour.
    private static readonly TimeSpan FeaturesLife = TimeSpan.FromHours(1);
    private ScimFeatures? _features;
    private long _featuresAt;

    /// <exception cref="TargetAwayException">The server cannot be used at all; the message says why.</exception>
    public async Task<ScimFeatures> FeaturesAsync(CancellationToken ct)
    {
        if (_features is not null && clock.GetElapsedTime(_featuresAt) < FeaturesLife) return _features;
        _featuresAt = clock.GetTimestamp();
        var answer = await SendAsync(HttpMethod.Get, "/ServiceProviderConfig", null, null, ct);
        // RFC 7644 §4 demands it; where it is missing, the server is taken at the specification's word.
        if (answer.Status == HttpStatusCode.NotFound) return _features = new ScimFeatures(true, true, false);
        ScimResource said;
        try { said = answer.Status == HttpStatusCode.OK ? Resource(answer, "GET /ServiceProviderConfig") : throw Refusal(answer, "GET /ServiceProviderConfig"); }
        // Nobody's account is at fault.
        catch (TargetRefusalException e) { throw new TargetAwayException($"{_base} does not say what it can do. {e.Told}", e); }
        _features = new ScimFeatures(said.Flag("patch.supported") ?? true, said.Flag("filter.supported") ?? true, said.Flag("etag.supported") ?? false);
        if (!_features.CanFilter)
            throw new TargetAwayException($"{_base} cannot search (filter.supported is false in its ServiceProviderConfig): without that people would be doubled, so it is told nothing.");
        return _features;
    }

    /// <summary>All that the filter names, page after page, of which <paramref name="isSo"/> holds: a server that ignores filters shows nobody else's.</summary>
    public async Task<IReadOnlyList<ScimResource>> FindAsync(string kind, string filter, Func<ScimResource, bool> isSo, CancellationToken ct)
    {
        await FeaturesAsync(ct);
        var found = new List<ScimResource>();
        var request = $"GET {kind}";
        for (int start = 1, page = 0; ; page++)
        {
            if (page == MostPages) throw new TargetRefusalException($"{request}: a search for one was answered with more than {start - 1}: the server ignores filters.");
            var hide = kind == "/Groups" ? "&excludedAttributes=members" : "";
            var answer = await SendAsync(HttpMethod.Get, $"{kind}?filter={Uri.EscapeDataString(filter)}&startIndex={start}&count={PageSize}{hide}", null, null, ct);
            if (answer.Status == HttpStatusCode.NotFound) throw new TargetAwayException($"There is no {_base}{kind}: see Workplace:Teams:Url.");
            if (answer.Status != HttpStatusCode.OK) throw Refusal(answer, request);
            var list = Parse(answer, request);
            if (list["totalResults"] is not JsonValue value || !value.TryGetValue(out int total)) throw Unreadable(answer, request);
            var members = list["Resources"] as JsonArray ?? [];
            found.AddRange(members.OfType<JsonObject>().Select(o => new ScimResource(o, VersionOf(o))).Where(r => r.Id.Length > 0 && isSo(r)));
            // RFC 7644 §3.4.2.4: a server may put less on a page than was asked for.
            start += members.Count;
            if (start > total) return found;
            // To take it for nobody would be to make somebody twice.
            if (members.Count == 0) throw new TargetRefusalException($"{request}: the server tells of {total}, and shows {start - 1}.");
        }
    }

    /// <summary>Null when there is none.</summary>
    public async Task<ScimResource?> ReadAsync(string kind, string id, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Get, PathOf(kind, id), null, null, ct);
        if (answer.Status == HttpStatusCode.NotFound) return null;
        return answer.Status == HttpStatusCode.OK ? Resource(answer, $"GET {kind}") : throw Refusal(answer, $"GET {kind}");
    }

    /// <exception cref="ScimRefusalException">Status 409: something of it is another's (RFC 7644 §3.3.1).</exception>
    public async Task<ScimResource> CreateAsync(string kind, JsonObject body, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Post, kind, body, null, ct);
        if (answer.Status is not (HttpStatusCode.Created or HttpStatusCode.OK)) throw Refusal(answer, $"POST {kind}");
        var made = Resource(answer, $"POST {kind}");
        return made.Id.Length > 0 ? made : throw Unreadable(answer, $"POST {kind}");
    }

    /// <returns>The version that the resource has now; null where the server keeps none or does not tell.</returns>
    /// <exception cref="ScimRefusalException">Status 412: it is not the version that was named.</exception>
    public async Task<string?> PatchAsync(string kind, string id, JsonArray operations, string? version, CancellationToken ct)
    {
        var body = new JsonObject { ["schemas"] = new JsonArray(ScimNames.PatchOp), ["Operations"] = operations };
        var answer = await SendAsync(HttpMethod.Patch, PathOf(kind, id), body, version, ct);
        // Whatever its ServiceProviderConfig says: the next attempt replaces.
        if (answer.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented) _features = await FeaturesAsync(ct) with { CanPatch = false };
        return answer.Status is HttpStatusCode.OK or HttpStatusCode.NoContent or HttpStatusCode.Accepted ? TellsVersion(answer) : throw Refusal(answer, $"PATCH {kind}");
    }

    /// <inheritdoc cref="PatchAsync"/>
    public async Task<string?> ReplaceAsync(string kind, string id, JsonObject body, string? version, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Put, PathOf(kind, id), body, version, ct);
        return answer.Status is HttpStatusCode.OK or HttpStatusCode.NoContent ? TellsVersion(answer) : throw Refusal(answer, $"PUT {kind}");
    }

    /// <summary>What is not there is gone.</summary>
    public async Task DeleteAsync(string kind, string id, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Delete, PathOf(kind, id), null, null, ct);
        if (answer.Status is not (HttpStatusCode.NoContent or HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NotFound)) throw Refusal(answer, $"DELETE {kind}");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpAnswer> SendAsync(HttpMethod method, string path, JsonObject? body, string? version, CancellationToken ct)
    {
        for (var again = false; ; again = true)
        {
            var bearer = await token.GetAsync(ct);
            using var request = new HttpRequestMessage(method, _base + path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            request.Headers.Accept.ParseAdd(ScimNames.MediaType);
            request.Headers.Accept.ParseAdd("application/json;q=0.9");
            if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", version);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString()));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(ScimNames.MediaType);
            }
            var answer = await _http.SendAsync(request, LongestAnswer, ct);
            if (answer.Status == HttpStatusCode.Unauthorized && token.IsRenewable && !again) { token.Drop(bearer); continue; }
            ThrowIfAway(answer);
            return answer;
        }
    }

    // What concerns everybody, and not this one request.
    private void ThrowIfAway(HttpAnswer answer)
    {
        switch (answer.Status)
        {
            case HttpStatusCode.Unauthorized:
                throw new TargetAwayException($"{_base} does not take our token (401): see Workplace:Teams:{(token.IsRenewable ? "ClientId and Scope" : "Token")}.");
            case HttpStatusCode.TooManyRequests:
                throw new TargetAwayException($"{_base} asks us to slow down (429).", null, answer.RetryAfter);
            case HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout:
                throw new TargetAwayException($"{_base} is out of service ({(int)answer.Status}).", null, answer.RetryAfter);
            case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest and not HttpStatusCode.NotModified:
                throw new TargetAwayException($"{_base} sends us elsewhere ({(int)answer.Status}), which is not followed: see Workplace:Teams:Url.");
            default: return;
        }
    }

    private static string PathOf(string kind, string id) => $"{kind}/{Uri.EscapeDataString(id)}";

    private static string? VersionOf(JsonObject body) => (body["meta"] as JsonObject)?["version"] is JsonValue v && v.TryGetValue(out string? text) && text.Length is > 0 and < 200 ? text : null;

    private static string? TellsVersion(HttpAnswer answer)
    {
        if (answer.ETag is not null) return answer.ETag;
        try { return answer.Body.Length == 0 ? null : VersionOf(JsonNode.Parse(answer.Body, AnyCase, Strict) as JsonObject ?? []); }
        catch (JsonException) { return null; }
    }

    private static ScimResource Resource(HttpAnswer answer, string request)
    {
        var body = Parse(answer, request);
        return new ScimResource(body, answer.ETag ?? VersionOf(body));
    }

    private static JsonObject Parse(HttpAnswer answer, string request)
    {
        try { return JsonNode.Parse(answer.Body, AnyCase, Strict) as JsonObject ?? throw Unreadable(answer, request); }
        catch (Exception e) when (e is JsonException or ArgumentException) { throw Unreadable(answer, request); }
    }

    private static TargetRefusalException Unreadable(HttpAnswer answer, string request) =>
        new($"{request}: {(int)answer.Status}, and the answer is not what RFC 7644 says.");

    // RFC 7644 §3.12.
    private static ScimRefusalException Refusal(HttpAnswer answer, string request)
    {
        JsonObject body;
        try { body = JsonNode.Parse(answer.Body, AnyCase, Strict) as JsonObject ?? []; }
        catch (Exception e) when (e is JsonException or ArgumentException) { body = []; }
        var said = new ScimResource(body, null);
        var word = new string([.. (said.Text("scimType") ?? "").Where(char.IsAsciiLetter).Take(40)]);
        var detail = new string([.. (said.Text("detail") ?? "").Select(c => char.IsControl(c) ? ' ' : c).Take(LongestDetail)]);
        return new ScimRefusalException(answer.Status, word, detail, request);
    }
}
