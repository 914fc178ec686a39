using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Aupd.OpenId.Doors;
using Aupd.SignIn.Sessions;
using Aupd.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn.Tests;

/// <summary>How often a request goes to the database, at both real sites. Counted are Npgsql's own spans that belong to the trace of the
/// request: what workers and watchers do meanwhile belongs to none.</summary>
public sealed class RoundTripTests : IClassFixture<GatewaySite>, IDisposable
{
    private readonly GatewaySite _site;
    private readonly ConcurrentDictionary<string, int> _trips = new();
    private readonly ActivityListener _listener;

    public RoundTripTests(GatewaySite site)
    {
        _site = site;
        _listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is "Npgsql" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = a => { if (a.Source.Name == "Npgsql") _trips.AddOrUpdate(a.TraceId.ToHexString(), 1, (_, n) => n + 1); },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Theory, Trait("takes", "long")]
    [InlineData("school", 0)]
    [InlineData("portal", 1)]
    public async Task Redemption_refresh_and_userinfo_are_one_round_trip_and_the_public_documents_none(string name, int number)
    {
        var (app, url) = name == "school" ? (_site.Service.School, _site.Service.SchoolUrl) : (_site.Service.Portal, _site.Service.PortalUrl);
        var client = await ClientAsync(app);
        using var browser = await _site.SignInAsync(await _site.ParentAsync(number));
        using var service = new TestBrowser(url);
        // Statements are prepared at their second use and keys made at the first: the third round is like all that follow.
        for (var round = 1; round <= 3; round++)
        {
            var asked = await CountAsync(t => SendAsync(browser, $"{url}/connect/authorize?{Query(client)}", t));
            var code = QueryHelpers.ParseQuery(browser.Location!.Query)["code"].ToString();
            Assert.NotEmpty(code);
            Seen redeemed = null!, refreshed = null!, told = null!;
            var redemption = await CountAsync(async t => redeemed = await service.TokenAsync(TestBrowser.Redeem(code, client), t));
            var refresh = await CountAsync(async t => refreshed = await service.TokenAsync(Refresh(redeemed, client), t));
            var userInfo = await CountAsync(async t =>
                told = await service.GetAsync("/connect/userinfo", ("Authorization", "Bearer " + refreshed.Text("access_token")), t));
            Assert.Equal("Марина", told.Text("given_name"));
            if (round < 3) continue;
            Assert.Equal((2, 1, 1, 1), (asked, redemption, refresh, userInfo));
            Assert.Equal(0, await CountAsync(t => service.GetAsync("/connect/jwks", t)));
            Assert.Equal(0, await CountAsync(t => service.GetAsync("/.well-known/openid-configuration", t)));
        }
    }

    [Fact]
    public async Task The_count_is_no_blind_one()
    {
        using var service = new TestBrowser(_site.Service.SchoolUrl);
        var client = await ClientAsync(_site.Service.School);
        // Of another client: the statement finds nothing, and a second one looks why.
        using var browser = await _site.SignInAsync(await _site.ParentAsync(2));
        await SendAsync(browser, $"{_site.Service.SchoolUrl}/connect/authorize?{Query(client)}", ("traceparent", "none"));
        var redeemed = await service.TokenAsync(TestBrowser.Redeem(QueryHelpers.ParseQuery(browser.Location!.Query)["code"].ToString(), client));
        Assert.Equal(1, await CountAsync(t => service.TokenAsync(Refresh(redeemed, client), t)));
        Assert.True(await CountAsync(t => service.TokenAsync(Refresh(redeemed, client), t)) > 1);
    }

    [Fact]
    public async Task A_refresh_moves_the_idle_limit_a_moment_later_and_one_that_is_fresh_moves_nothing()
    {
        using var service = new TestBrowser(_site.Service.SchoolUrl);
        var client = await ClientAsync(_site.Service.School);
        using var browser = await _site.SignInAsync(await _site.ParentAsync(3));
        await SendAsync(browser, $"{_site.Service.SchoolUrl}/connect/authorize?{Query(client)}", ("traceparent", "none"));
        var tokens = await service.TokenAsync(TestBrowser.Redeem(QueryHelpers.ParseQuery(browser.Location!.Query)["code"].ToString(), client));
        var sid = TestBrowser.Claims(tokens.Text("id_token")).GetProperty("sid").GetString();
        Task<DateTime> IdleAsync() => _site.QueryAsync<DateTime>("select idle_until from signin.session where sid = @sid", new { sid });
        var before = await IdleAsync();
        tokens = await service.TokenAsync(Refresh(tokens, client));
        await _site.Get<SessionTouches>().WriteAsync(default);
        Assert.Equal(before, await IdleAsync());
        _site.Clock.Advance(TimeSpan.FromMinutes(90));
        Assert.Equal(HttpStatusCode.OK, (await service.TokenAsync(Refresh(tokens, client))).Status);
        await _site.Get<SessionTouches>().WriteAsync(default);
        Assert.Equal(before.AddMinutes(90), await IdleAsync());
    }

    private async Task<string> ClientAsync(WebApplication app)
    {
        var client = new OpenIdClient
        {
            ClientId = "counted", Name = "Счёт", SecretHashes = [Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TestBrowser.Secret)))], RedirectUris = ["https://counted.test/cb"],
            Scopes = ["openid", "profile"], GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        };
        Assert.IsType<RegisterClientOutcome.Registered>(await app.Services.GetRequiredService<IClients>().RegisterAsync(client, default));
        return client.ClientId;
    }

    private async Task<int> CountAsync(Func<(string, string), Task> act)
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        await act(("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01"));
        return _trips.GetValueOrDefault(trace);
    }

    private static async Task<Browser> SendAsync(Browser browser, string url, (string Name, string Value) header)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return await browser.SendAsync(request);
    }

    private static string Query(string client) => QueryHelpers.AddQueryString("", TestBrowser.Request(client)!)[1..];

    private static Dictionary<string, string> Refresh(Seen tokens, string client) => new()
    {
        ["grant_type"] = "refresh_token", ["refresh_token"] = tokens.Text("refresh_token")!, ["client_id"] = client, ["client_secret"] = TestBrowser.Secret,
    };
}
