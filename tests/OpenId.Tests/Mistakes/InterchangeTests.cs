using System.Net;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>Handles of one kind are nothing in the place of another (KC CVE-2026-4282: a store of single-use things without types), and the
/// attempt does them no harm.</summary>
[Collection(OneProvider.Name)]
public sealed class InterchangeTests(ProviderFixture fixture)
{
    [Fact]
    public async Task CVE_2026_4282_no_handle_passes_for_one_of_another_kind()
    {
        using var browser = fixture.Browser();
        using var stranger = fixture.Browser();
        var tokens = await browser.TokensAsync("anna");
        var code = await browser.CodeAsync("anna");
        var asked = (await stranger.AuthorizeAsync(TestBrowser.Request())).Query("back")!.Split("request=")[1];
        var leaving = (await browser.PostAsync("/connect/logout", [new("client_id", "web")])).Location!.Split("request=")[1];
        var screen = await Screen.AskAsync(browser);
        const string Reference = "urn:ietf:params:oauth:request_uri:";
        var pushed = (await browser.PushAsync(TestBrowser.Request())).Text("request_uri")![Reference.Length..];
        var handles = new Dictionary<string, string>
        {
            ["code"] = code, ["access token"] = tokens.Text("access_token")!, ["refresh token"] = tokens.Text("refresh_token")!,
            ["ID token"] = tokens.Text("id_token")!, ["sign-in request"] = asked, ["sign-out request"] = leaving,
            ["device code"] = screen.DeviceCode, ["user code"] = screen.UserCode, ["pushed request"] = pushed,
        };
        var places = new Dictionary<string, Func<string, Task<bool>>>
        {
            ["code"] = async h => (await browser.TokenAsync(TestBrowser.Redeem(h))).Status == HttpStatusCode.OK,
            ["refresh token"] = async h => (await browser.RefreshAsync(h)).Status == HttpStatusCode.OK,
            ["access token"] = async h => (await browser.UserInfoAsync(h)).Status == HttpStatusCode.OK,
            ["sign-in request"] = async h => (await browser.GetAsync("/connect/authorize/resume?request=" + h)).Location is not null,
            ["ID token"] = async h => (await browser.AuthorizeAsync(TestBrowser.Request("web", ("id_token_hint", h)))).Query("code") is not null,
            ["sign-out request"] = async h => (await browser.GetAsync("/connect/logout/resume?request=" + h)).Status == HttpStatusCode.OK,
            ["device code"] = async h => (await (screen with { DeviceCode = h }).PollAsync()).Text("error") is "authorization_pending" or "slow_down",
            ["user code"] = async h => (await browser.GetAsync("/device?user_code=" + h)).Location is not null,
            ["pushed request"] = async h => (await browser.AuthorizeAsync(new() { ["client_id"] = "web", ["request_uri"] = Reference + h })).Query("code") is not null,
        };
        foreach (var (place, accepts) in places)
            foreach (var (kind, handle) in handles.Where(h => h.Key != place)) Assert.False(await accepts(handle), $"A {kind} passed for a {place}.");
        // Nothing was spent on the way: each is still good where it belongs.
        foreach (var (place, accepts) in places) Assert.True(await accepts(handles[place]), place);
    }
}
