using System.Net;
using System.Text;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>RFC 9126.</summary>
public sealed class PushedRequestTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private const string Prefix = "urn:ietf:params:oauth:request_uri:";

    private static Dictionary<string, string> Request(params (string Name, string? Value)[] changes) => TestBrowser.Request("pusher", changes);

    private static async Task<Dictionary<string, string>> PushAsync(TestBrowser browser, params (string Name, string? Value)[] changes)
    {
        var seen = await browser.PushAsync(Request(changes));
        Assert.True(seen.Status == HttpStatusCode.Created, seen.Body);
        return TestBrowser.Pushed(seen, "pusher");
    }

    private static void AssertRefusedToPerson(Seen seen)
    {
        Assert.Equal((HttpStatusCode.BadRequest, null), (seen.Status, seen.Location));
        Assert.Contains("invalid_request_uri", seen.Body);
    }

    [Fact]
    public async Task A_pushed_request_signs_a_person_in()
    {
        using var browser = fixture.Browser();
        var push = await browser.PushAsync(Request());
        Assert.Equal((HttpStatusCode.Created, "no-store", 60), (push.Status, push.Header("Cache-Control"), push.Json.GetProperty("expires_in").GetInt32()));
        Assert.StartsWith(Prefix, push.Text("request_uri"));
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(TestBrowser.Pushed(push, "pusher"));
        Assert.StartsWith("https://pusher.test/cb?code=", seen.Location);
        Assert.Equal(("st-1", fixture.Site.Issuer), (seen.Query("state"), seen.Query("iss")));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(seen.Query("code")!, "pusher"));
        Assert.Equal("n-1", TestBrowser.Claims(tokens.Text("id_token")).GetProperty("nonce").GetString());
    }

    [Fact]
    public async Task The_client_may_prove_itself_in_the_header_and_a_public_one_by_name()
    {
        using var browser = fixture.Browser();
        var basic = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("pusher:" + TestBrowser.Secret));
        var request = Request(("client_id", null));
        var push = await browser.PostAsync("/connect/par", request, ("Authorization", basic));
        await browser.SignInAsync("anna");
        Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Pushed(push, "pusher"))).Query("code"));
        var app = await browser.PostAsync("/connect/par", TestBrowser.Request("app"));
        Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Pushed(app, "app"))).Query("code"));
    }

    [Theory]
    [InlineData("client_secret", "wrong-wrong-wrong-wrong", "invalid_client", 401)]
    [InlineData("client_id", "nobody", "invalid_client", 401)]
    [InlineData("request_uri", Prefix + "x", "invalid_request", 400)]
    [InlineData("request_uri", "https://pusher.test/request.jwt", "invalid_request", 400)]
    [InlineData("redirect_uri", "https://evil.test/cb", "invalid_request", 400)]
    [InlineData("redirect_uri", null, "invalid_request", 400)]
    [InlineData("response_type", "token", "unsupported_response_type", 400)]
    [InlineData("response_type", "code id_token", "unsupported_response_type", 400)]
    [InlineData("scope", "profile", "invalid_scope", 400)]
    [InlineData("code_challenge", null, "invalid_request", 400)]
    [InlineData("code_challenge_method", "plain", "invalid_request", 400)]
    [InlineData("prompt", "none login", "invalid_request", 400)]
    [InlineData("max_age", "soon", "invalid_request", 400)]
    [InlineData("id_token_hint", "rubbish", "invalid_request", 400)]
    [InlineData("state", "\0", "invalid_request", 400)]
    public async Task All_is_checked_at_the_push_and_told_to_the_client_there(string name, string? value, string error, int status)
    {
        using var browser = fixture.Browser();
        var form = Request();
        form["client_secret"] = TestBrowser.Secret;
        if (value is null) form.Remove(name);
        else form[name] = value;
        var seen = await browser.PostAsync("/connect/par", form);
        Assert.Equal((status, error, "no-store"), ((int)seen.Status, seen.Text("error"), seen.Header("Cache-Control")));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Another_method_than_post_is_named_so(string method)
    {
        using var browser = fixture.Browser();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await browser.SendAsync(new HttpMethod(method), "/connect/par", null)).Status);
    }

    [Fact]
    public async Task What_stands_beside_the_reference_counts_for_nothing()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var asked = await PushAsync(browser);
        foreach (var (name, value) in Request(("state", "outside"), ("redirect_uri", "https://evil.test/cb"), ("scope", "openid email"), ("nonce", "outside"),
            ("prompt", "login"))) asked.TryAdd(name, value);
        var seen = await browser.AuthorizeAsync(asked);
        Assert.StartsWith("https://pusher.test/cb?code=", seen.Location);
        Assert.Equal("st-1", seen.Query("state"));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(seen.Query("code")!, "pusher"));
        Assert.Equal(("openid profile", "n-1"), (tokens.Text("scope"), TestBrowser.Claims(tokens.Text("id_token")).GetProperty("nonce").GetString()));
    }

    [Fact]
    public async Task A_state_that_stands_outside_alone_does_not_come_back()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var asked = await PushAsync(browser, ("state", null));
        asked["state"] = "outside";
        Assert.Null((await browser.AuthorizeAsync(asked)).Query("state"));
    }

    [Fact]
    public async Task A_client_that_must_push_is_refused_otherwise()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(Request());
        Assert.Equal(("invalid_request", "st-1"), (seen.Query("error"), seen.Query("state")));
        Assert.Equal("invalid_request", (await browser.PostAsync("/connect/authorize", Request())).Query("error"));
    }

    [Fact]
    public async Task The_reference_is_another_clients_or_unknown_or_damaged_and_the_person_sees_a_page()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var asked = await PushAsync(browser);
        AssertRefusedToPerson(await browser.AuthorizeAsync(new() { ["client_id"] = "web", ["request_uri"] = asked["request_uri"] }));
        var text = asked["request_uri"];
        foreach (var bad in new[] { Prefix, Prefix + "x", text[..^1] + (text[^1] == 'A' ? 'E' : 'A'), Prefix + new string('A', 50), text + "A" })
            AssertRefusedToPerson(await browser.AuthorizeAsync(new() { ["client_id"] = "pusher", ["request_uri"] = bad }));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.AuthorizeAsync(new() { ["request_uri"] = text })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync("/connect/authorize?client_id=pusher&state=a&state=b&request_uri=" + text)).Status);
        Assert.NotNull((await browser.AuthorizeAsync(asked)).Query("code"));
    }

    [Fact]
    public async Task It_is_good_for_a_minute_and_a_person_may_then_take_their_time()
    {
        using var browser = fixture.Browser();
        var (early, late) = (await PushAsync(browser), await PushAsync(browser));
        fixture.Clock.Advance(TimeSpan.FromSeconds(59));
        var back = (await browser.AuthorizeAsync(early)).Query("back")!;
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        AssertRefusedToPerson(await browser.AuthorizeAsync(late));
        fixture.Clock.Advance(TimeSpan.FromMinutes(50));
        Assert.NotNull((await browser.SignInAsync("slow", back) is { } seen ? await browser.GetAsync(seen.Location!) : null)?.Query("code"));
    }

    [Fact]
    public async Task It_may_be_opened_again_until_a_code_was_given_and_never_after()
    {
        using var browser = fixture.Browser();
        var asked = await PushAsync(browser);
        var first = (await browser.AuthorizeAsync(asked)).Query("back")!;
        var second = (await browser.AuthorizeAsync(asked)).Query("back")!;
        var posted = (await browser.PostAsync("/connect/authorize", asked)).Location!;
        await browser.SignInAsync("anna");
        Assert.NotNull((await browser.GetAsync(second)).Query("code"));
        foreach (var late in new[] { first, second, posted }) AssertRefusedToPerson(await browser.GetAsync(late));
        AssertRefusedToPerson(await browser.AuthorizeAsync(asked));
    }

    [Fact]
    public async Task Thirty_races_give_one_code()
    {
        using var browser = fixture.Browser();
        var asked = await PushAsync(browser);
        var waiting = (await browser.AuthorizeAsync(asked)).Query("back")!;
        await browser.SignInAsync("anna");
        var seen = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => i % 2 == 0 ? browser.AuthorizeAsync(asked) : browser.GetAsync(waiting)));
        Assert.Single(seen, s => s.Query("code") is not null);
        Assert.All(seen.Where(s => s.Query("code") is null), AssertRefusedToPerson);
    }

    [Fact]
    public async Task It_is_sealed_in_the_database()
    {
        using var browser = fixture.Browser();
        await PushAsync(browser, ("login_hint", "+79161234567"));
        await using var command = fixture.Site.Shared.Source.CreateCommand(
            "select count(*) from openid.pushed_request where position('+79161234567'::bytea in parameters_sealed) > 0");
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }
}
