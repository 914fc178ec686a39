using System.Text.Json.Nodes;
using Aupd.Kernel.Settings;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.Teams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>What servers do on bad days, and what the client makes of it.</summary>
public sealed class ScimServerTests : IAsyncLifetime
{
    private readonly StrictScim _scim = new();

    public Task InitializeAsync() => _scim.StartAsync();

    public async Task DisposeAsync() => await _scim.DisposeAsync();

    [Theory]
    [InlineData(401, typeof(TargetAwayException), "does not take our token (401): see Workplace:Teams:Token.")]
    [InlineData(429, typeof(TargetAwayException), "asks us to slow down (429).")]
    [InlineData(502, typeof(TargetAwayException), "is out of service (502).")]
    [InlineData(503, typeof(TargetAwayException), "is out of service (503).")]
    [InlineData(302, typeof(TargetAwayException), "which is not followed: see Workplace:Teams:Url.")]
    [InlineData(404, typeof(TargetAwayException), "/Users: see Workplace:Teams:Url.")]
    [InlineData(500, typeof(ScimRefusalException), "GET /Users: 500")]
    [InlineData(403, typeof(ScimRefusalException), "GET /Users: 403")]
    [InlineData(204, typeof(ScimRefusalException), "GET /Users: 204")]
    public async Task An_answer_that_is_none_concerns_everybody_or_one(int status, Type fault, string says)
    {
        _scim.Before = (call, http) =>
        {
            if (call.Path == "/ServiceProviderConfig") return Task.FromResult(false);
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "http://elsewhere.example/";
            http.Response.Headers.RetryAfter = "77";
            return Task.FromResult(true);
        };
        var thrown = await Assert.ThrowsAsync(fault, FindAsync);
        Assert.EndsWith(says, thrown.Message, StringComparison.Ordinal);
        if (status is 429 or 503) Assert.Equal(TimeSpan.FromSeconds(77), ((TargetAwayException)thrown).RetryAfter);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"Resources\":[]}")]
    [InlineData("{\"totalResults\":\"many\",\"Resources\":[]}")]
    [InlineData("{\"totalResults\":1,\"totalResults\":2,\"Resources\":[]}")]
    public async Task An_answer_that_cannot_be_read_is_a_refusal(string body)
    {
        _scim.Before = (call, http) => call.Path == "/ServiceProviderConfig" ? Task.FromResult(false) : SayAsync(http, body);
        var thrown = await Assert.ThrowsAsync<TargetRefusalException>(FindAsync);
        Assert.Equal("GET /Users: 200, and the answer is not what RFC 7644 says.", thrown.Message);
    }

    [Fact]
    public async Task What_stands_in_a_resource_in_the_place_of_text_is_no_text()
    {
        _scim.Before = (call, http) => call.Path == "/ServiceProviderConfig" ? Task.FromResult(false)
            : SayAsync(http, "{\"TOTALRESULTS\":3,\"resources\":[7,{\"id\":{}},{\"ID\":\"x\",\"userName\":[1],\"ACTIVE\":\"True\",\"name\":5,\"meta\":3}]}");
        var found = await FindAsync();
        Assert.Equal(("x", null, true, null), (found[0].Id, found[0].Text("userName"), found[0].Flag("active"), found[0].Text("name.familyName")));
        Assert.Null(UserTemplate.Read(found[0])[UserTemplate.Last]);
    }

    [Fact]
    public async Task An_answer_without_end_is_read_no_further_than_the_limit()
    {
        _scim.Before = async (call, http) =>
        {
            if (call.Path == "/ServiceProviderConfig") return false;
            var piece = new byte[64 * 1024];
            try { while (true) await http.Response.Body.WriteAsync(piece, http.RequestAborted); }
            catch (Exception e) when (e is OperationCanceledException or IOException) { return true; }
        };
        Assert.EndsWith("is longer than 4194304 bytes.", (await Assert.ThrowsAsync<TargetRefusalException>(FindAsync)).Message, StringComparison.Ordinal);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_server_that_is_silent_or_breaks_off_is_away()
    {
        _scim.Before = async (_, http) =>
        {
            await http.Response.WriteAsync("{\"totalResults\":");
            await http.Response.Body.FlushAsync();
            http.Abort();
            return true;
        };
        Assert.EndsWith("has broken off its answer.", (await Assert.ThrowsAsync<TargetAwayException>(FindAsync)).Message, StringComparison.Ordinal);
        var end = new TaskCompletionSource();
        _scim.Before = async (_, http) =>
        {
            await http.Response.WriteAsync("{");
            await http.Response.Body.FlushAsync();
            await Task.WhenAny(end.Task, Task.Delay(Timeout.Infinite, http.RequestAborted));
            return true;
        };
        Assert.EndsWith("has not answered within 1 s.", (await Assert.ThrowsAsync<TargetAwayException>(() => FindAsync(s => s with { TimeoutSeconds = 1 }))).Message, StringComparison.Ordinal);
        end.SetResult();
        var closed = TestKit.ProgramProcess.FreePort();
        Assert.Equal($"localhost:{closed} cannot be reached.", (await Assert.ThrowsAsync<TargetAwayException>(() => FindAsync(s => s with { Url = $"http://localhost:{closed}" }))).Message);
    }

    [Fact]
    public async Task Pages_are_read_to_the_end_however_short_the_server_makes_them()
    {
        for (var i = 0; i < 7; i++) _scim.Store.Plant("Users", $"u{i}", new JsonObject { ["userName"] = $"u{i}@x", ["externalId"] = "same" });
        _scim.PageCap = 3;
        Assert.Equal(["u0", "u1", "u2", "u3", "u4", "u5", "u6"], (await FindAsync()).Select(u => u.Id).Order(StringComparer.Ordinal));
        Assert.Equal(3, _scim.Calls.Count(c => c.Path == "/Users"));
    }

    [Fact]
    public async Task A_server_that_ignores_filters_shows_nobody_elses_account()
    {
        for (var i = 0; i < 30; i++) _scim.Store.Plant("Users", $"u{i}", new JsonObject { ["userName"] = $"u{i}@x", ["externalId"] = i == 17 ? "same" : $"other{i}" });
        _scim.IgnoresFilters = true;
        Assert.Equal("u17", Assert.Single(await FindAsync()).Id);
        _scim.PageCap = 0;
        Assert.EndsWith("the server tells of 30, and shows 0.", (await Assert.ThrowsAsync<TargetRefusalException>(FindAsync)).Message, StringComparison.Ordinal);
        for (var i = 30; i < 100; i++) _scim.Store.Plant("Users", $"u{i}", new JsonObject { ["userName"] = $"u{i}@x" });
        _scim.PageCap = 1;
        Assert.EndsWith("the server ignores filters.", (await Assert.ThrowsAsync<TargetRefusalException>(FindAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_search_is_told_nothing()
    {
        _scim.CanFilter = false;
        Assert.Contains("cannot search (filter.supported is false", (await Assert.ThrowsAsync<TargetAwayException>(FindAsync)).Message, StringComparison.Ordinal);
        Assert.Equal("/ServiceProviderConfig", Assert.Single(_scim.Calls).Path);
        (_scim.CanFilter, _scim.HasConfig) = (true, false);
        Assert.Empty(await FindAsync());
    }

    [Theory]
    [InlineData("\" or userName pr or externalId eq \"")]
    [InlineData("\\\" or userName pr")]
    [InlineData("Ёлка🎄 'a' (b) & c=d %22 + #")]
    [InlineData("\n\r\t\u2028")]
    public async Task Whatever_stands_in_a_value_it_is_one_value_of_the_filter(string value)
    {
        _scim.Store.Plant("Users", "his", new JsonObject { ["userName"] = "a@x", ["externalId"] = value });
        _scim.Store.Plant("Users", "other", new JsonObject { ["userName"] = "b@x", ["externalId"] = "b" });
        using var server = Server();
        Assert.Equal("his", Assert.Single(await server.FindAsync("/Users", ScimNames.Equal("externalId", value), _ => true, default)).Id);
    }

    [Fact]
    public async Task An_id_of_the_server_is_one_part_of_the_address()
    {
        _scim.Store.Plant("Users", "a/../b?c=d#e", new JsonObject { ["userName"] = "a@x" });
        using var server = Server();
        Assert.Equal("a@x", (await server.ReadAsync("/Users", "a/../b?c=d#e", default))!.Text("userName"));
        Assert.Null(await server.ReadAsync("/Users", "nobody", default));
    }

    [Fact]
    public async Task A_certificate_is_believed_of_the_authority_and_for_the_name_alone()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        await using var scim = new StrictScim(authority.ServerFile);
        await scim.StartAsync();
        Assert.Empty(await FindAsync(s => s with { Url = scim.Url, CaFile = authority.CaFile }));
        foreach (var (ca, url, says) in new[]
        {
            (other.CaFile, scim.Url, $"no authority of {other.CaFile} has signed it."), ("", scim.Url, "no authority of this machine has signed it."),
            (authority.CaFile, scim.Url.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), $"it is not for the name 127.0.0.1:{scim.Port}."),
        })
            Assert.EndsWith(says, (await Assert.ThrowsAsync<TargetAwayException>(() => FindAsync(s => s with { Url = url, CaFile = ca }))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Url", "http://scim.example/v2", "Url must be an https address")]
    [InlineData("Url", "https://user:pw@scim.example/v2", "Url must be an https address")]
    [InlineData("Url", "https://scim.example/v2?tenant=1", "Url must be an https address")]
    [InlineData("Url", "scim", "Url must be an https address")]
    [InlineData("Token", "", "either Token or TokenUrl must be given")]
    [InlineData("Token", "a b", "Token holds a space")]
    [InlineData("TokenUrl", "https://login.example/token", "either Token or TokenUrl must be given")]
    [InlineData("CaFile", "/nowhere/ca.pem", "there is no file CaFile")]
    [InlineData("MembersPerRequest", "0", "MembersPerRequest")]
    [InlineData("Tokn", "x", "Unknown setting Workplace:Teams:Tokn")]
    public void A_wrong_setting_stops_the_start(string name, string value, string says)
    {
        var values = new Dictionary<string, string?> { ["Workplace:Teams:Url"] = "https://scim.example/v2", ["Workplace:Teams:Token"] = "t0ken", [$"Workplace:Teams:{name}"] = value };
        var refusal = Assert.Throws<SettingsException>(() => SettingsModule.Read<TeamsSettings>(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), TeamsSettings.Section));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", new TeamsSettings { Token = "t0ken", ClientSecret = "t0ken" }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_say_what_it_can_do_is_away()
    {
        _scim.Before = (_, http) =>
        {
            http.Response.StatusCode = 500;
            return Task.FromResult(true);
        };
        Assert.EndsWith("does not say what it can do. GET /ServiceProviderConfig: 500", (await Assert.ThrowsAsync<TargetAwayException>(FindAsync)).Message, StringComparison.Ordinal);
    }

    private static async Task<bool> SayAsync(HttpContext http, string body)
    {
        http.Response.ContentType = "application/scim+json";
        await http.Response.WriteAsync(body);
        return true;
    }

    private Task<IReadOnlyList<ScimResource>> FindAsync() => FindAsync(s => s);

    private async Task<IReadOnlyList<ScimResource>> FindAsync(Func<TeamsSettings, TeamsSettings> change)
    {
        using var server = Server(change);
        return await server.FindAsync("/Users", ScimNames.Equal("externalId", "same"), u => u.Id == "x" || u.Text("externalId") == "same", default);
    }

    private ScimServer Server(Func<TeamsSettings, TeamsSettings>? change = null)
    {
        var settings = new TeamsSettings { Url = _scim.Url, Token = StrictScim.Token };
        settings = change?.Invoke(settings) ?? settings;
        return new ScimServer(settings, new ScimToken(settings, TimeProvider.System), TimeProvider.System);
    }
}
