using System.Net;
using System.Net.Sockets;
using Aupd.Kernel.Jose;
using Aupd.OpenId.RelyingParty;
using Aupd.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aupd.OpenId.Tests.RelyingParty;

/// <summary>A provider that is away, slow, broken, or pretends to be another.</summary>
public sealed class ProviderTroubleTests
{
    [Fact]
    public async Task A_provider_that_is_not_there_is_down()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var client = new OidcClient(new OidcClientOptions($"http://127.0.0.1:{port}", "c", "s", "http://localhost/cb"), new FakeClock(), NullLogger<OidcClient>.Instance);
        Assert.Equal(ProviderFault.Unreachable, Assert.IsType<BeginOutcome.ProviderDown>(await client.BeginAsync(new SignInRequest(), default)).Fault);
        Assert.Null(await client.LogoutUrlAsync(null, null, null, default));
        Assert.IsType<RefreshOutcome.ProviderDown>(await client.RefreshAsync("r", "s", default));
        Assert.IsType<LogoutTokenOutcome.ProviderDown>(await client.ReadLogoutTokenAsync("t", null, default));
        Assert.IsType<SecurityEventOutcome.ProviderDown>(await client.ReadSecurityEventAsync("t", "a", default));
    }

    [Fact]
    public async Task A_provider_that_comes_back_is_used_a_second_later()
    {
        await using var party = await Party.StartAsync();
        party.Provider.Intercept = http => Status(http, 503);
        Assert.Equal(ProviderFault.ServerError, await DownAsync(party));
        Assert.Equal(ProviderFault.ServerError, await DownAsync(party));
        Assert.Equal(1, party.Provider.TotalCalls);
        party.Provider.Intercept = _ => Task.FromResult(false);
        party.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<FinishOutcome.SignedIn>(await party.SignInAsync());
    }

    [Theory]
    [InlineData("/token"), InlineData("/userinfo"), InlineData("/jwks")]
    public async Task Each_address_may_fail_by_itself(string path)
    {
        await using var party = await Party.StartAsync();
        party.Provider.Intercept = async http => http.Request.Path == path && await Status(http, 502);
        var down = Assert.IsType<FinishOutcome.ProviderDown>(await party.SignInAsync());
        Assert.Equal((ProviderFault.ServerError, "/diary"), (down.Fault, down.ReturnData));
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration"), InlineData("/token"), InlineData("/userinfo"), InlineData("/jwks")]
    public async Task A_redirect_is_not_followed(string path)
    {
        await using var party = await Party.StartAsync();
        party.Provider.Intercept = async http =>
        {
            if (http.Request.Path != path) return false;
            http.Response.Headers.Location = party.Provider.Issuer + "/elsewhere";
            return await Status(http, 307);
        };
        Assert.Equal(ProviderFault.BadAnswer, await DownAsync(party));
        Assert.Equal(0, party.Provider.Calls("/elsewhere"));
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration"), InlineData("/token"), InlineData("/userinfo"), InlineData("/jwks")]
    public async Task An_endless_answer_is_cut_off(string path)
    {
        await using var party = await Party.StartAsync();
        party.Provider.Intercept = async http =>
        {
            if (http.Request.Path != path) return false;
            http.Response.ContentType = "application/json";
            var chunk = new byte[64 * 1024];
            try
            {
                while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(chunk, http.RequestAborted);
            }
            catch (OperationCanceledException) { }
            return true;
        };
        Assert.Equal(ProviderFault.BadAnswer, await DownAsync(party));
    }

    [Theory, Trait("takes", "long")]
    [InlineData("/.well-known/openid-configuration"), InlineData("/token"), InlineData("/userinfo"), InlineData("/jwks")]
    public async Task A_slow_answer_is_not_waited_for(string path)
    {
        await using var party = await Party.StartAsync(timeout: TimeSpan.FromMilliseconds(400));
        party.Provider.Intercept = async http =>
        {
            if (http.Request.Path != path) return false;
            // Head at once, then a byte now and then: the whole counts, not the first byte.
            http.Response.ContentType = "application/json";
            try
            {
                while (!http.RequestAborted.IsCancellationRequested)
                {
                    await http.Response.WriteAsync(" ", http.RequestAborted);
                    await http.Response.Body.FlushAsync(http.RequestAborted);
                    await Task.Delay(50, http.RequestAborted);
                }
            }
            catch (OperationCanceledException) { }
            return true;
        };
        // The provider never comes to an end: who waits for it, waits here for ever.
        Assert.Equal(ProviderFault.TimedOut, await DownAsync(party).WaitAsync(Eventually.Patience));
    }

    [Theory]
    [InlineData("text/html", "<html>"), InlineData("application/json", "[]"), InlineData("application/json", "{\"sub\":1,\"sub\":2}"), InlineData("application/json", "")]
    public async Task An_answer_that_is_no_JSON_object_is_a_bad_answer(string type, string body)
    {
        foreach (var path in new[] { "/.well-known/openid-configuration", "/token", "/userinfo", "/jwks" })
        {
            await using var party = await Party.StartAsync();
            party.Provider.Intercept = async http =>
            {
                if (http.Request.Path != path) return false;
                http.Response.ContentType = type;
                await http.Response.WriteAsync(body);
                return true;
            };
            Assert.Equal(ProviderFault.BadAnswer, await DownAsync(party));
        }
    }

    [Theory]
    [InlineData("{issuer}/"), InlineData("http://evil.example"), InlineData("{upper}")]
    public async Task A_discovery_document_of_another_issuer_is_refused(string claimed)
    {
        await using var party = await Party.StartAsync();
        party.Provider.Discovery = d => d["issuer"] = claimed.Replace("{issuer}", party.Provider.Issuer).Replace("{upper}", party.Provider.Issuer.ToUpperInvariant());
        Assert.Equal(ProviderFault.WrongIssuer, await DownAsync(party));
    }

    [Theory]
    [InlineData("token_endpoint", null), InlineData("token_endpoint", "/token"), InlineData("authorization_endpoint", "javascript:alert(1)"), InlineData("jwks_uri", "file:///etc/passwd")]
    [InlineData("token_endpoint", "http://u:p@127.0.0.1/token")]
    public async Task A_discovery_document_with_an_impossible_address_is_refused(string name, string? value)
    {
        await using var party = await Party.StartAsync();
        party.Provider.Discovery = d => d[name] = value;
        Assert.Equal(ProviderFault.BadAnswer, await DownAsync(party));
    }

    [Fact]
    public async Task Discovery_is_asked_for_once_an_hour_and_the_keys_every_ten_minutes()
    {
        await using var party = await Party.StartAsync();
        var all = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => party.SignInAsync()));
        Assert.All(all, o => Assert.IsType<FinishOutcome.SignedIn>(o));
        Assert.Equal((1, 1), (party.Provider.Calls("/.well-known/openid-configuration"), party.Provider.Calls("/jwks")));
        party.Clock.Advance(TimeSpan.FromMinutes(10));
        await party.SignInAsync();
        Assert.Equal((1, 2), (party.Provider.Calls("/.well-known/openid-configuration"), party.Provider.Calls("/jwks")));
        party.Clock.Advance(TimeSpan.FromMinutes(50));
        await party.SignInAsync();
        Assert.Equal((2, 3), (party.Provider.Calls("/.well-known/openid-configuration"), party.Provider.Calls("/jwks")));
    }

    [Fact]
    public async Task What_was_known_serves_on_while_the_provider_is_away_for_less_than_a_day()
    {
        await using var party = await Party.StartAsync();
        await party.SignInAsync();
        party.Provider.Intercept = async http => http.Request.Path != "/token" && http.Request.Path != "/userinfo" && await Status(http, 500);
        party.Clock.Advance(TimeSpan.FromHours(23));
        Assert.IsType<FinishOutcome.SignedIn>(await party.SignInAsync());
        party.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ProviderFault.ServerError, await DownAsync(party));
    }

    [Fact]
    public async Task A_new_key_is_fetched_when_a_token_names_it_and_strangers_cannot_make_us_ask_all_the_time()
    {
        await using var party = await Party.StartAsync();
        await party.SignInAsync();
        party.Provider.Keys.Insert(0, SigningKey.Generate(SignatureAlgorithm.Es256));
        Assert.IsType<FinishOutcome.SignedIn>(await party.SignInAsync());
        Assert.Equal(2, party.Provider.Calls("/jwks"));
        var stranger = SigningKey.Generate(SignatureAlgorithm.Es256);
        for (var i = 0; i < 50; i++)
            Assert.IsType<LogoutTokenOutcome.Invalid>(await party.Client.ReadLogoutTokenAsync(party.Provider.Sign(party.Provider.Claims(), "logout+jwt", stranger), null, default));
        Assert.Equal(2, party.Provider.Calls("/jwks"));
        party.Clock.Advance(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 50; i++) await party.Client.ReadLogoutTokenAsync(party.Provider.Sign(party.Provider.Claims(), "logout+jwt", stranger), null, default);
        Assert.Equal(3, party.Provider.Calls("/jwks"));
    }

    [Fact]
    public async Task No_secret_stands_in_the_log()
    {
        await using var party = await Party.StartAsync();
        party.Provider.Signs = c => party.Provider.Sign(c)[..^4] + "AAAA";
        await party.SignInAsync();
        party.Provider.Intercept = http => Status(http, 500);
        var begun = await party.BeginAsync();
        var query = party.Provider.Agree(begun);
        await party.Client.FinishAsync(new QueryCollection(query), begun.Pending, default);
        await party.Client.FinishAsync(new QueryCollection(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues>(query) { ["iss"] = "x" }), begun.Pending, default);
        await party.Client.RefreshAsync(OpSimulator.RefreshToken, "s", default);
        await party.Client.UserInfoAsync(OpSimulator.AccessToken, "s", default);
        var log = string.Join('\n', party.Log.Lines);
        Assert.Contains("/token", log);
        foreach (var secret in new[] { OpSimulator.Secret, OpSimulator.AccessToken, OpSimulator.RefreshToken, query["code"].ToString(), begun.Pending.CodeVerifier, begun.Pending.State, "eyJ", "Basic" })
            Assert.DoesNotContain(secret, log);
        Assert.DoesNotContain(begun.Pending.State, begun.Pending.ToString());
    }

    private static async Task<ProviderFault> DownAsync(Party party) => await party.Client.BeginAsync(new SignInRequest { ReturnData = "/diary" }, default) switch
    {
        BeginOutcome.ProviderDown down => down.Fault,
        _ => Assert.IsType<FinishOutcome.ProviderDown>(await party.SignInAsync()).Fault,
    };

    private static Task<bool> Status(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.FromResult(true);
    }
}
