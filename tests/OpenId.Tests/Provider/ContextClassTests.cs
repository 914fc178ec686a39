using System.Text.Json;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>How a person has proved who he is, as services compare it: acr, acr_values, and an essential acr (OpenID Connect Core §2, §3.1.2.1, §5.5.1.1).
/// The test site knows passwords and, above them, two factors.</summary>
public sealed class ContextClassTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private const string Password = "urn:aupd:acr:password", TwoFactor = "urn:aupd:acr:two-factor";

    [Theory]
    [InlineData("pwd", null, Password)]
    [InlineData("pwd otp mfa", null, TwoFactor)]
    [InlineData("", null, null)]
    [InlineData("sms", Password, null)]
    [InlineData("pwd", TwoFactor, Password)]
    [InlineData("pwd otp mfa", TwoFactor + " " + Password, TwoFactor)]
    [InlineData("pwd otp mfa", Password, Password)]
    [InlineData("pwd", "1 2", Password)]
    public async Task The_ID_token_says_honestly_how_and_a_wish_changes_it_only_where_it_stays_true(string methods, string? wished, string? said)
    {
        using var browser = fixture.Browser();
        await SignInAsync(browser, "acr-" + methods.Length + wished?.Length, methods);
        (string, string?)[] parameters = wished is null ? [] : [("acr_values", wished)];
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", parameters));
        Assert.Equal(said, await AcrAsync(browser, seen.Query("code")!));
        // The same wish by claims, and what else they ask for is there.
        if (wished is null) return;
        seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", Claims(essential: false, wished.Split(' ')))));
        var token = await IdTokenAsync(browser, seen.Query("code")!);
        Assert.Equal(said, token.TryGetProperty("acr", out var acr) ? acr.GetString() : null);
        Assert.True(token.TryGetProperty("email", out _));
    }

    [Fact]
    public async Task An_essential_class_leads_to_a_new_sign_in_and_is_met_by_it()
    {
        using var browser = fixture.Browser();
        await SignInAsync(browser, "essential-met", "pwd");
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", Claims(true, TwoFactor))));
        Assert.StartsWith("/login-page", seen.Location);
        await SignInAsync(browser, "essential-met", "pwd otp mfa", seen.Query("back")!);
        var code = (await browser.GetAsync(seen.Query("back")!)).Query("code")!;
        Assert.Equal(TwoFactor, await AcrAsync(browser, code));
        // From then on nobody is asked again, and a weaker one that is essential is met and said.
        Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", Claims(true, TwoFactor))))).Query("code"));
        var weaker = await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", Claims(true, Password))));
        Assert.Equal(Password, await AcrAsync(browser, weaker.Query("code")!));
    }

    [Fact]
    public async Task An_essential_class_that_a_new_sign_in_does_not_reach_is_a_failed_sign_in()
    {
        using var browser = fixture.Browser();
        await SignInAsync(browser, "essential-unmet", "pwd");
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("login_required", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", Claims(true, TwoFactor)), ("prompt", "none")))).Query("error"));
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", Claims(true, TwoFactor))));
        Assert.StartsWith("/login-page", seen.Location);
        // Whoever goes on without having signed in is asked again.
        Assert.StartsWith("/login-page", (await browser.GetAsync(seen.Query("back")!)).Location);
        await SignInAsync(browser, "essential-unmet", "pwd", seen.Query("back")!);
        Assert.Equal("unmet_authentication_requirements", (await browser.GetAsync(seen.Query("back")!)).Query("error"));
        // An essential acr without values, or with one of several that is met, is no hindrance; acr_values beside it are only a wish.
        foreach (var claims in new[] { """{"id_token":{"acr":{"essential":true}}}""", Claims(true, TwoFactor, Password) })
            Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", claims), ("acr_values", TwoFactor)))).Query("code"));
    }

    [Fact]
    public async Task The_class_stays_what_it_was_at_a_refresh()
    {
        using var browser = fixture.Browser();
        await SignInAsync(browser, "acr-refreshed", "pwd otp mfa");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("acr_values", Password), ("scope", "openid profile")));
        var first = await browser.TokenAsync(TestBrowser.Redeem(seen.Query("code")!));
        var again = await browser.RefreshAsync(first.Text("refresh_token")!);
        Assert.Equal(Password, TestBrowser.Claims(again.Text("id_token")).GetProperty("acr").GetString());
    }

    [Fact]
    public async Task Discovery_tells_the_classes_weakest_first()
    {
        using var browser = fixture.Browser();
        var document = (await browser.GetAsync("/.well-known/openid-configuration")).Json;
        Assert.Equal([Password, TwoFactor], document.GetProperty("acr_values_supported").EnumerateArray().Select(v => v.GetString()));
        Assert.Contains("acr", document.GetProperty("claims_supported").EnumerateArray().Select(v => v.GetString()));
    }

    private async Task SignInAsync(TestBrowser browser, string person, string methods, string? back = null)
    {
        await (back is null ? browser.SignInAsync(person) : browser.SignInAsync(person, back));
        foreach (var (cookie, session) in fixture.People.Sessions.Where(s => s.Value.Subject == person))
            fixture.People.Sessions[cookie] = session with { Methods = methods.Split(' ', StringSplitOptions.RemoveEmptyEntries) };
    }

    private static string Claims(bool essential, params string[] values) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["id_token"] = new Dictionary<string, object?> { ["acr"] = new { essential, values }, ["email"] = null },
    });

    private static async Task<JsonElement> IdTokenAsync(TestBrowser browser, string code) =>
        TestBrowser.Claims((await browser.TokenAsync(TestBrowser.Redeem(code))).Text("id_token"));

    private static async Task<string?> AcrAsync(TestBrowser browser, string code) =>
        (await IdTokenAsync(browser, code)).TryGetProperty("acr", out var acr) ? acr.GetString() : null;
}
