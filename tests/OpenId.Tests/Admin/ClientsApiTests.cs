using System.Net;
using System.Text;
using System.Text.Json;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Admin;

/// <summary>Clients are administered by programs: the same validation as for the file, no update lost, no secret told twice.</summary>
public sealed class ClientsApiTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    private TestBrowser _http = null!;
    private string _token = "";

    public async Task InitializeAsync()
    {
        foreach (var client in new[]
                 {
                     ServiceClients.Service("admin") with { Scopes = ["aupd.clients", "diary.read"], Resources = [] },
                     ServiceClients.Service("clerk") with { Scopes = ["diary.read"], Resources = [] },
                     ProviderFixture.Client("person") with { Scopes = ["openid", "aupd.clients"] },
                 })
            Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
        _http = fixture.Browser();
        _token = (await _http.OwnTokenAsync("admin")).Text("access_token")!;
    }

    public Task DisposeAsync()
    {
        _http.Dispose();
        return Task.CompletedTask;
    }

    private Task<Seen> SendAsync(string method, string id, string? body = null, string? ifMatch = null, string? token = null, string? ifNoneMatch = null,
        string type = "application/json")
    {
        var headers = new List<(string, string)> { ("Authorization", "Bearer " + (token ?? _token)) };
        if (ifMatch is not null) headers.Add(("If-Match", ifMatch));
        if (ifNoneMatch is not null) headers.Add(("If-None-Match", ifNoneMatch));
        var content = body is null ? null : new StringContent(body, Encoding.UTF8);
        if (content is not null) content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        return _http.SendAsync(new HttpMethod(method), "/admin/clients" + (id.Length > 0 ? "/" + id : ""), content, [.. headers]);
    }

    private static string Draft(string name = "Библиотека", string more = "") =>
        $$"""{"name":"{{name}}","redirectUris":["https://lib.test/cb"]{{more}}}""";

    private async Task<Seen> MakeAsync(string id, string more = "")
    {
        var made = await SendAsync("PUT", id, Draft(more: more));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        return made;
    }

    private async Task<long> CountAsync(string act, string subject)
    {
        await using var command = fixture.Site.Shared.Source.CreateCommand("select count(*) from kernel.audit where act = $1 and actor = 'admin' and subject is not distinct from nullif($2, '')");
        command.Parameters.AddWithValue(act);
        command.Parameters.AddWithValue(subject);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    [Fact]
    public async Task A_new_client_is_made_with_a_secret_that_is_told_once_and_works()
    {
        var made = await MakeAsync("fresh");
        var secret = made.Text("secret")!;
        Assert.True(secret.Length >= 40);
        Assert.Equal(("door", 1, "no-store"), (made.Text("source"), made.Json.GetProperty("secrets").GetInt32(), made.Header("Cache-Control")));
        var read = await SendAsync("GET", "fresh");
        Assert.Equal((HttpStatusCode.OK, made.Header("ETag")), (read.Status, read.Header("ETag")));
        foreach (var body in new[] { read.Body, (await SendAsync("GET", "")).Body })
        {
            Assert.DoesNotContain(secret, body);
            Assert.DoesNotContain("secretHashes", body);
            Assert.DoesNotContain(ClientJson.Hash(secret), body);
        }
        var code = await _http.CodeAsync("anna", TestBrowser.Request("fresh", ("redirect_uri", "https://lib.test/cb"), ("scope", "openid")));
        var tokens = await _http.TokenAsync(TestBrowser.Redeem(code, "fresh", ("redirect_uri", "https://lib.test/cb"), ("client_secret", secret)));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal((1, 1), (await CountAsync("openid.client-registered", "fresh"), await CountAsync("openid.client-read", "fresh")));
        Assert.True(await CountAsync("openid.clients-listed", "") >= 1);
    }

    [Fact]
    public async Task What_was_read_can_be_changed_and_written_back_and_the_secret_stays()
    {
        var secret = (await MakeAsync("changed")).Text("secret")!;
        var read = await SendAsync("GET", "changed");
        var client = read.Json.GetProperty("client").GetRawText().Replace("https://lib.test/cb", "https://lib.test/new");
        var saved = await SendAsync("PUT", "changed", client, read.Header("ETag"));
        Assert.Equal(HttpStatusCode.OK, saved.Status);
        Assert.NotEqual(read.Header("ETag"), saved.Header("ETag"));
        Assert.False(saved.Json.TryGetProperty("secret", out _));
        var code = await _http.CodeAsync("anna", TestBrowser.Request("changed", ("redirect_uri", "https://lib.test/new"), ("scope", "openid")));
        Assert.Equal(HttpStatusCode.OK, (await _http.TokenAsync(TestBrowser.Redeem(code, "changed", ("redirect_uri", "https://lib.test/new"), ("client_secret", secret)))).Status);
    }

    [Fact, Trait("takes", "long")]
    public async Task No_update_is_lost()
    {
        var made = await MakeAsync("raced");
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await SendAsync("PUT", "raced", Draft("A"))).Status);
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await SendAsync("DELETE", "raced")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PUT", "raced", Draft("A"), "\"old\"")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PUT", "raced", Draft("A"), ifNoneMatch: "*")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PUT", "nowhere", Draft("A"), "*")).Status);
        var etag = made.Header("ETag")!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(n => SendAsync("PUT", "raced", Draft($"Имя {n}"), etag)));
        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(29, answers.Count(a => a.Status == HttpStatusCode.PreconditionFailed));
        var births = await Task.WhenAll(Enumerable.Range(0, 30).Select(n => SendAsync("PUT", "born", Draft($"Имя {n}"), ifNoneMatch: "*")));
        Assert.Single(births, a => a.Status == HttpStatusCode.Created);
        Assert.Equal(29, births.Count(a => a.Status == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task A_secret_is_changed_without_a_gap_or_at_once()
    {
        var first = (await MakeAsync("turning", ",\"grantTypes\":[\"client_credentials\"],\"scopes\":[\"diary.read\"]")).Text("secret")!;
        async Task<bool> WorksAsync(string secret) => (await _http.OwnTokenAsync("turning", ("client_secret", secret))).Status == HttpStatusCode.OK;
        var second = await SendAsync("POST", "turning/secret");
        Assert.Equal((HttpStatusCode.OK, 2), (second.Status, second.Json.GetProperty("secrets").GetInt32()));
        Assert.True(await WorksAsync(first) && await WorksAsync(second.Text("secret")!));
        var third = (await SendAsync("POST", "turning/secret", ifMatch: second.Header("ETag"))).Text("secret")!;
        Assert.False(await WorksAsync(first));
        Assert.True(await WorksAsync(second.Text("secret")!) && await WorksAsync(third));
        var last = (await SendAsync("POST", "turning/secret?only=true")).Text("secret")!;
        Assert.False(await WorksAsync(second.Text("secret")!) || await WorksAsync(third));
        Assert.True(await WorksAsync(last));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("POST", "turning/secret", ifMatch: second.Header("ETag"))).Status);
        Assert.Equal(3, await CountAsync("openid.client-secret-rotated", "turning"));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("POST", "nowhere/secret")).Status);
        Assert.Equal((HttpStatusCode.Conflict, "no_secret"), await Error(SendAsync("POST", "app/secret")));
    }

    [Fact]
    public async Task The_old_secret_is_retired_when_the_new_one_is_in_use()
    {
        var first = (await MakeAsync("retiring", ",\"grantTypes\":[\"client_credentials\"],\"scopes\":[\"diary.read\"]")).Text("secret")!;
        async Task<bool> WorksAsync(string secret) => (await _http.OwnTokenAsync("retiring", ("client_secret", secret))).Status == HttpStatusCode.OK;
        Assert.Equal((HttpStatusCode.Conflict, "no_old_secret"), await Error(SendAsync("DELETE", "retiring/secret")));
        var made = await SendAsync("POST", "retiring/secret");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("DELETE", "retiring/secret", ifMatch: "\"old\"")).Status);
        Assert.True(await WorksAsync(first) && await WorksAsync(made.Text("secret")!));
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SendAsync("DELETE", "retiring/secret")));
        var retired = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(1, retired.Json.GetProperty("secrets").GetInt32());
        Assert.False(retired.Json.TryGetProperty("secret", out _));
        Assert.All(answers.Except([retired]), a => Assert.Equal("no_old_secret", a.Text("error")));
        Assert.False(await WorksAsync(first));
        Assert.True(await WorksAsync(made.Text("secret")!));
        Assert.Equal(1, await CountAsync("openid.client-secret-retired", "retiring"));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("DELETE", "nowhere/secret")).Status);
        Assert.Equal((HttpStatusCode.Conflict, "no_secret"), await Error(SendAsync("DELETE", "app/secret")));
    }

    [Fact]
    public async Task A_removed_client_is_gone_with_its_grants()
    {
        var made = await MakeAsync("leaving");
        var code = await _http.CodeAsync("anna", TestBrowser.Request("leaving", ("redirect_uri", "https://lib.test/cb"), ("scope", "openid")));
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("DELETE", "leaving", ifMatch: made.Header("ETag"))).Status);
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), await Error(SendAsync("GET", "leaving")));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("DELETE", "leaving", ifMatch: made.Header("ETag"))).Status);
        Assert.Equal("invalid_client", (await _http.TokenAsync(TestBrowser.Redeem(code, "leaving", ("client_secret", made.Text("secret"))))).Text("error"));
        Assert.Equal(1, await CountAsync("openid.client-removed", "leaving"));
    }

    [Fact]
    public async Task What_stands_in_the_file_is_changed_there()
    {
        await fixture.Site.Services.GetRequiredService<ClientDirectory>().ReplaceFileAsync([ProviderFixture.Client("of-file")], default);
        var read = await SendAsync("GET", "of-file");
        Assert.Equal("file", read.Text("source"));
        foreach (var (method, id, body) in new[] { ("PUT", "of-file", Draft()), ("DELETE", "of-file", null), ("POST", "of-file/secret", null), ("DELETE", "of-file/secret", null) })
            Assert.Equal((HttpStatusCode.Conflict, "in_file"), await Error(SendAsync(method, id, body, read.Header("ETag"))));
        Assert.Equal(read.Header("ETag"), (await SendAsync("GET", "of-file")).Header("ETag"));
    }

    [Theory]
    [InlineData("""{"name":"","redirectUris":["https://a.test/cb"]}""", "name")]
    [InlineData("""{"name":"A","redirectUris":["http://a.test/cb"]}""", "redirectUris")]
    [InlineData("""{"name":"A","redirectUris":["https://a.test/cb"],"clientId":"other"}""", "clientId")]
    [InlineData("""{"name":"A","redirectUris":["https://a.test/cb"],"clientId":5}""", "clientId")]
    [InlineData("""{"name":"A","redirectUris":["https://a.test/cb"],"secret":"short"}""", "secret")]
    [InlineData("""{"name":"A","redirectUris":["https://a.test/cb"],"unknownMember":1}""", "unknownMember")]
    [InlineData("""{"name":"A","redirectUris":["https://a.test/cb"],"thirdParty":true}""", "owner")]
    [InlineData("""{"name":"A","redirectUris":["https://a.test/cb"],"type":"public","secret":"a-secret-of-the-library"}""", "public client has none")]
    [InlineData("""{"name":7,"redirectUris":["https://a.test/cb"]}""", "name")]
    [InlineData("{}", "name")]
    public async Task A_wrong_registration_names_its_member_and_changes_nothing(string body, string member)
    {
        var seen = await SendAsync("PUT", "wrong", body);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_client_metadata"), (seen.Status, seen.Text("error")));
        Assert.Contains(seen.Json.GetProperty("faults").EnumerateArray(), f => f.GetString()!.Contains(member));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "wrong")).Status);
    }

    public static TheoryData<string, string, int> Broken => new()
    {
        { "", "application/json", 400 }, { "[]", "application/json", 400 }, { "null", "application/json", 400 }, { "{", "application/json", 400 },
        { """{"name":"A","name":"B"}""", "application/json", 400 }, { """{"name":"\u0000"}""", "application/json", 400 }, { """{"name":"\ud800"}""", "application/json", 400 },
        { """{"jwks":{"keys":[{"kid":"\u0000"}]}}""", "application/json", 400 }, { """{"\ud800":1}""", "application/json", 400 }, { """{"a\u0000":1}""", "application/json", 400 },
        { new string('[', 100_000), "application/json", 413 }, { "{\"a\":" + new string('[', 1000) + new string(']', 1000) + "}", "application/json", 400 },
        { "{}", "text/plain", 415 }, { "name=A", "application/x-www-form-urlencoded", 415 },
    };

    [Theory, MemberData(nameof(Broken))]
    public async Task A_body_that_is_no_object_is_refused(string body, string type, int status) =>
        Assert.Equal(status, (int)(await SendAsync("PUT", "broken", body, type: type)).Status);

    [Theory]
    [InlineData("GET", "%00", 400), InlineData("GET", "a%20b", 404), InlineData("PUT", "a%20b", 400), InlineData("DELETE", "..%2f", 404), InlineData("GET", "x/y", 404)]
    [InlineData("PATCH", "web", 405), InlineData("GET", "web/secret", 405), InlineData("POST", "", 405)]
    public async Task A_wrong_address_or_method_is_refused(string method, string id, int status) =>
        Assert.Equal(status, (int)(await SendAsync(method, id, method == "PUT" ? Draft() : null)).Status);

    [Fact]
    public async Task Only_a_services_own_token_with_the_scope_opens_it()
    {
        var clerk = (await _http.OwnTokenAsync("clerk")).Text("access_token")!;
        var person = (await _http.TokenAsync(TestBrowser.Redeem(await _http.CodeAsync("anna", TestBrowser.Request("person", ("scope", "openid aupd.clients"))), "person"))).Text("access_token")!;
        var less = (await _http.OwnTokenAsync("admin", ("scope", "diary.read"))).Text("access_token")!;
        foreach (var (method, id, body) in new[] { ("GET", "", null), ("GET", "web", null), ("PUT", "mine", Draft()), ("DELETE", "web", null), ("POST", "web/secret", null), ("DELETE", "web/secret", null) })
        {
            Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), await Error(SendAsync(method, id, body, token: clerk)));
            Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), await Error(SendAsync(method, id, body, token: less)));
            Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), await Error(SendAsync(method, id, body, token: person)));
            Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), await Error(SendAsync(method, id, body, token: "nothing")));
            var bare = await _http.SendAsync(new HttpMethod(method), "/admin/clients" + (id.Length > 0 ? "/" + id : ""), null);
            Assert.Equal(HttpStatusCode.Unauthorized, bare.Status);
            Assert.StartsWith("Bearer ", bare.Header("WWW-Authenticate"));
        }
    }

    [Fact]
    public async Task Whoever_loses_the_scope_or_the_registration_is_out_at_once()
    {
        await fixture.Site.Clients.RegisterAsync(ServiceClients.Service("short") with { Scopes = ["aupd.clients"], Resources = [] }, default);
        var token = (await _http.OwnTokenAsync("short")).Text("access_token")!;
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "web", token: token)).Status);
        await fixture.Site.Clients.RegisterAsync(ServiceClients.Service("short") with { Scopes = ["diary.read"], Resources = [] }, default);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", "web", token: token)).Status);
        await fixture.Site.Clients.RemoveAsync("short", default);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("GET", "web", token: token)).Status);
    }

    private static async Task<(HttpStatusCode, string?)> Error(Task<Seen> asked)
    {
        var seen = await asked;
        return (seen.Status, seen.Body.Length == 0 ? null : seen.Text("error"));
    }
}
