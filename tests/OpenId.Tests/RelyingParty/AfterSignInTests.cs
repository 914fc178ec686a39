using Aupd.Kernel.Http;
using Aupd.OpenId.RelyingParty;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.OpenId.Tests.RelyingParty;

/// <summary>Refresh, user info, sign-out, and the cookie that holds an attempt.</summary>
public sealed class AfterSignInTests
{
    [Fact]
    public async Task Tokens_are_refreshed_for_the_same_person_alone()
    {
        await using var party = await Party.StartAsync();
        var done = Assert.IsType<RefreshOutcome.Refreshed>(await party.Client.RefreshAsync(OpSimulator.RefreshToken, OpSimulator.Subject, default));
        Assert.Equal(("refresh-2", OpSimulator.Subject), (done.Tokens.RefreshToken, done.IdToken?.Subject));
        Assert.Equal(IdTokenFault.Subject,
            Assert.IsType<RefreshOutcome.InvalidIdToken>(await party.Client.RefreshAsync(OpSimulator.RefreshToken, "someone else", default)).Fault);
        Assert.Equal("invalid_grant", Assert.IsType<RefreshOutcome.Refused>(await party.Client.RefreshAsync("spent", OpSimulator.Subject, default)).Error);
    }

    [Fact]
    public async Task A_refresh_without_new_tokens_keeps_the_old_ones()
    {
        await using var party = await Party.StartAsync();
        party.Provider.TokenAnswer = a =>
        {
            a.Remove("refresh_token");
            a.Remove("id_token");
        };
        var done = Assert.IsType<RefreshOutcome.Refreshed>(await party.Client.RefreshAsync(OpSimulator.RefreshToken, OpSimulator.Subject, default));
        Assert.Equal((OpSimulator.RefreshToken, null), (done.Tokens.RefreshToken, done.IdToken));
    }

    [Fact]
    public async Task User_info_tells_a_refusal_from_another_person()
    {
        await using var party = await Party.StartAsync();
        Assert.IsType<UserInfoOutcome.Got>(await party.Client.UserInfoAsync(OpSimulator.AccessToken, OpSimulator.Subject, default));
        Assert.IsType<UserInfoOutcome.WrongSubject>(await party.Client.UserInfoAsync(OpSimulator.AccessToken, "someone else", default));
        Assert.IsType<UserInfoOutcome.Refused>(await party.Client.UserInfoAsync("stale", OpSimulator.Subject, default));
    }

    [Fact]
    public async Task The_sign_out_address_carries_hint_return_and_state()
    {
        await using var party = await Party.StartAsync();
        var url = await party.Client.LogoutUrlAsync("hint", "http://localhost/signed-out?a=b", "st", default);
        Assert.StartsWith(party.Provider.Issuer + "/logout?", url);
        var query = QueryHelpers.ParseQuery(new Uri(url!).Query);
        Assert.Equal(("hint", OpSimulator.ClientId, "http://localhost/signed-out?a=b", "st"),
            ((string?)query["id_token_hint"], (string?)query["client_id"], (string?)query["post_logout_redirect_uri"], (string?)query["state"]));
        Assert.DoesNotContain("id_token_hint", await party.Client.LogoutUrlAsync(null, null, null, default));
        await using var without = await Party.StartAsync();
        without.Provider.Discovery = d => d.Remove("end_session_endpoint");
        Assert.Null(await without.Client.LogoutUrlAsync("hint", null, null, default));
    }

    [Fact]
    public async Task Two_tabs_sign_in_side_by_side_and_each_attempt_is_used_once()
    {
        await using var party = await Party.StartAsync();
        var cookie = new PendingSignInCookie(new EphemeralDataProtectionProvider(), new SiteIdentity("school", "https://school.example"), party.Clock);
        var browser = new Dictionary<string, string>();
        var (first, second) = ((await party.BeginAsync()).Pending, (await party.BeginAsync()).Pending);
        foreach (var pending in new[] { first, second }) Visit(browser, null, http => cookie.Write(http, pending));
        Assert.Equal(2, browser.Count);
        Assert.All(browser.Keys, k => Assert.StartsWith("__Host-aupd-school-signin-", k));
        Assert.All(browser.Values, v => Assert.DoesNotContain(first.CodeVerifier, v));
        Assert.Equal(second, Visit(browser, second.State, cookie.Take));
        Assert.Equal(first, Visit(browser, first.State, cookie.Take));
        Assert.Empty(browser);
        Assert.Null(Visit(browser, first.State, cookie.Take));
    }

    [Fact]
    public async Task A_cookie_that_is_old_foreign_or_tampered_with_is_as_good_as_none()
    {
        await using var party = await Party.StartAsync();
        var cookie = new PendingSignInCookie(new EphemeralDataProtectionProvider(), new SiteIdentity("school", "http://localhost"), party.Clock);
        var pending = (await party.BeginAsync()).Pending;
        var browser = new Dictionary<string, string>();
        Visit(browser, null, http => cookie.Write(http, pending));
        var (name, value) = browser.Single();
        foreach (var odd in new[] { "", "x", value[..^2], value + "AA", "%00", new string('A', 5000) })
            Assert.Null(Visit(new() { [name] = odd }, pending.State, cookie.Take));
        var stranger = new PendingSignInCookie(new EphemeralDataProtectionProvider(), new SiteIdentity("school", "http://localhost"), party.Clock);
        Assert.Null(Visit(new() { [name] = value }, pending.State, stranger.Take));
        foreach (var state in new[] { null, "", "other", new string('s', 300) }) Assert.Null(Visit(new() { [name] = value }, state, cookie.Take));
        party.Clock.Advance(PendingSignIn.Lifetime);
        Assert.Null(Visit(new() { [name] = value }, pending.State, cookie.Take));
    }

    [Fact]
    public async Task A_browser_keeps_four_attempts_and_the_oldest_makes_room()
    {
        await using var party = await Party.StartAsync();
        var cookie = new PendingSignInCookie(new EphemeralDataProtectionProvider(), new SiteIdentity("school", "http://localhost"), party.Clock);
        var browser = new Dictionary<string, string> { ["aupd-school-signin-000000000000"] = "junk" };
        var attempts = new List<PendingSignIn>();
        for (var i = 0; i < 9; i++)
        {
            attempts.Add((await party.BeginAsync(new SignInRequest { ReturnData = new string('r', 500) })).Pending);
            Visit(browser, null, http => cookie.Write(http, attempts[^1]));
            party.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(4, browser.Count);
        Assert.True(browser.Sum(c => c.Key.Length + c.Value.Length) < 8000, "the Cookie header is too long for proxies");
        Assert.All(attempts[^4..], a => Assert.Equal(a, Visit(browser, a.State, cookie.Take)));
    }

    private static void Visit(Dictionary<string, string> browser, string? state, Action<HttpContext> act) => Visit(browser, state, http =>
    {
        act(http);
        return 0;
    });

    // A browser in a dictionary: sends its cookies, keeps those that are set, drops those whose age is zero.
    private static T Visit<T>(Dictionary<string, string> browser, string? state, Func<HttpContext, T> act)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Cookie = string.Join("; ", browser.Select(c => $"{c.Key}={c.Value}"));
        if (state is not null) http.Request.QueryString = QueryString.Create("state", state);
        var result = act(http);
        foreach (var line in http.Response.Headers.SetCookie)
        {
            var set = Microsoft.Net.Http.Headers.SetCookieHeaderValue.Parse(line);
            Assert.True(set.HttpOnly && set.Path == "/" && set.SameSite == Microsoft.Net.Http.Headers.SameSiteMode.Lax);
            if (set.MaxAge == TimeSpan.Zero) browser.Remove(set.Name.Value!);
            else browser[set.Name.Value!] = set.Value.Value!;
        }
        return result;
    }
}
