using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.Workplace.Tests.Teams;

/// <param name="Path">Below the base, without the query.</param>
public sealed record ScimCall(string Method, string Path, string Filter, JsonObject? Body, string? IfMatch)
{
    /// <summary>Paths of the operations of a PATCH.</summary>
    public IReadOnlyList<string> Paths => [.. (Body?["Operations"]?.AsArray() ?? []).Select(o => $"{o!["op"]} {o["path"]}")];

    public override string ToString() => $"{Method} {Path} {string.Join(", ", Paths)}".TrimEnd();
}

/// <summary>A SCIM 2.0 server for tests that takes nothing but what RFC 7643 and 7644 allow, to the letter, and does on demand what servers do on bad
/// days.</summary>
public sealed class StrictScim : IAsyncDisposable
{
    public const string Token = "strict-token-1";
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ScimCall> _calls = new();
    private readonly Lock _gate = new();
    private int _number, _left = int.MaxValue;

    public StrictScim(string? certificateFile = null)
    {
        Port = TestKit.ProgramProcess.FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, Port, listen =>
        {
            if (certificateFile is not null) listen.UseHttps(certificateFile, "test");
        }));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        Url = $"{(certificateFile is null ? "http" : "https")}://localhost:{Port}/scim/v2";
    }

    public int Port { get; }
    public string Url { get; }
    public StrictStore Store { get; } = new();
    public IReadOnlyList<ScimCall> Calls => [.. _calls];

    public bool CanPatch { get; set; } = true;
    public bool CanFilter { get; set; } = true;
    public bool IgnoresFilters { get; set; }
    public bool HasConfig { get; set; } = true;
    /// <summary>The token that is taken now.</summary>
    public string Taken { get; set; } = Token;
    public int PageCap { get; set; } = int.MaxValue;
    /// <summary>Answers before the server does; null: it is the server's turn.</summary>
    public Func<ScimCall, HttpContext, Task<bool>>? Before { get; set; }

    /// <summary>Called when the server has carried a request out, and before it answers.</summary>
    public Func<ScimCall, HttpContext, Task>? After { get; set; }

    /// <summary>Every connection breaks after so many more requests, which are carried out, but whose last is not answered; then nobody is served.</summary>
    public void BreakAfter(int requests) => Volatile.Write(ref _left, requests);

    public bool IsShut => Volatile.Read(ref _left) <= 0;

    public void Open() => Volatile.Write(ref _left, int.MaxValue);

    public void Forget() => _calls.Clear();

    public Task StartAsync() => _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var left = Volatile.Read(ref _left) == int.MaxValue ? int.MaxValue : Interlocked.Decrement(ref _left);
        if (left < 0) { http.Abort(); return; }
        var call = await ReadAsync(http);
        _calls.Enqueue(call);
        if (Before is { } before && await before(call, http)) return;
        if (http.Request.Headers.Authorization != $"Bearer {Taken}") { await FailAsync(http, new ScimFault(401, null, "no such token")); return; }
        try
        {
            JsonObject? body;
            lock (_gate) body = Do(call, http);
            if (left == 0) { http.Abort(); return; }
            if (After is { } after) await after(call, http);
            http.Response.ContentType = "application/scim+json";
            if (body is not null) await http.Response.WriteAsync(body.ToJsonString());
        }
        catch (ScimFault fault) { await FailAsync(http, fault); }
    }

    private static async Task<ScimCall> ReadAsync(HttpContext http)
    {
        JsonObject? body = null;
        if (http.Request.ContentLength is > 0 || http.Request.Headers.TransferEncoding.Count > 0)
        {
            if (http.Request.ContentType?.Split(';')[0] == "application/scim+json") body = await JsonSerializer.DeserializeAsync<JsonObject>(http.Request.Body);
        }
        return new ScimCall(http.Request.Method, http.Request.Path.Value!.Replace("/scim/v2", "", StringComparison.Ordinal), http.Request.Query["filter"].ToString(), body,
            http.Request.Headers.IfMatch.Count > 0 ? http.Request.Headers.IfMatch.ToString() : null);
    }

    private static Task FailAsync(HttpContext http, ScimFault fault)
    {
        http.Response.StatusCode = fault.Status;
        http.Response.ContentType = "application/scim+json";
        var body = new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:Error"), ["status"] = fault.Status.ToString(CultureInfo.InvariantCulture), ["detail"] = fault.Message };
        if (fault.ScimType is { } type) body["scimType"] = type;
        return http.Response.WriteAsync(body.ToJsonString());
    }

    private JsonObject? Do(ScimCall call, HttpContext http)
    {
        if (call.Path == "/ServiceProviderConfig") return HasConfig ? Config() : throw new ScimFault(404, null, "none");
        var parts = call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ([_] or [_, _]) || parts[0] is not ("Users" or "Groups")) throw new ScimFault(404, null, "no such endpoint");
        var (kind, id) = (parts[0], parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : null);
        switch (call.Method)
        {
            case "GET" when id is null: return Page(kind, http);
            case "GET": return Tell(http, Store.Get(kind, id));
            case "POST" when id is null:
                http.Response.StatusCode = 201;
                return Tell(http, Store.Add(kind, Body(call), $"id-{Interlocked.Increment(ref _number)}"));
            case "PUT" when id is not null: return Tell(http, Store.Replace(kind, id, Body(call), call.IfMatch));
            case "PATCH" when id is not null:
                if (!CanPatch) throw new ScimFault(501, null, "no PATCH here");
                return Tell(http, Store.Patch(kind, id, Body(call), call.IfMatch));
            case "DELETE" when id is not null:
                Store.Remove(kind, id);
                http.Response.StatusCode = 204;
                return null;
            default: throw new ScimFault(405, null, "not so");
        }
    }

    private static JsonObject Body(ScimCall call) => call.Body ?? throw new ScimFault(415, null, "the body must be application/scim+json");

    private static JsonObject Tell(HttpContext http, JsonObject resource)
    {
        http.Response.Headers.ETag = resource["meta"]!["version"]!.GetValue<string>();
        return (JsonObject)resource.DeepClone();
    }

    private JsonObject Config() => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"), ["patch"] = new JsonObject { ["supported"] = CanPatch },
        ["filter"] = new JsonObject { ["supported"] = CanFilter, ["maxResults"] = 200 }, ["etag"] = new JsonObject { ["supported"] = true },
    };

    private JsonObject Page(string kind, HttpContext http)
    {
        var query = http.Request.Query;
        if (!CanFilter && query.ContainsKey("filter")) throw new ScimFault(400, "invalidFilter", "no filters here");
        var all = Store.Find(kind, IgnoresFilters ? "" : query["filter"].ToString());
        var start = Math.Max(1, int.Parse(query["startIndex"].ToString() is { Length: > 0 } s ? s : "1", CultureInfo.InvariantCulture));
        var count = Math.Min(PageCap, int.Parse(query["count"].ToString() is { Length: > 0 } c ? c : "100", CultureInfo.InvariantCulture));
        var page = all.Skip(start - 1).Take(count).Select(r => (JsonNode)r.DeepClone()).ToArray();
        return new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"), ["totalResults"] = all.Count, ["startIndex"] = start,
            ["itemsPerPage"] = page.Length, ["Resources"] = new JsonArray(page),
        };
    }
}

/// <summary>A refusal (RFC 7644 §3.12).</summary>
public sealed class ScimFault(int status, string? scimType, string detail) : Exception(detail)
{
    public int Status => status;
    public string? ScimType => scimType;
}
