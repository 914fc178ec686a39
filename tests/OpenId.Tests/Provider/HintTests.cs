using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>What a client may hint at: the person it knows, the name to sign in with, the languages.</summary>
public sealed class HintTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    [Fact]
    public async Task A_hint_binds_the_answer_to_that_person()
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("anna")).Text("id_token")!;
        fixture.Clock.Advance(TimeSpan.FromDays(2));
        Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none"), ("id_token_hint", hint)))).Query("code"));
        await browser.SignInAsync("boris");
        Assert.Equal("login_required", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none"), ("id_token_hint", hint)))).Query("error"));
        Assert.StartsWith("/login-page", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("id_token_hint", hint)))).Location);
    }

    [Fact]
    public async Task Only_an_id_token_of_ours_is_a_hint()
    {
        using var browser = fixture.Browser();
        var signer = fixture.Site.Services.GetRequiredService<ITokenSigner>();
        var claims = System.Text.Encoding.UTF8.GetBytes($$"""{"iss":"{{fixture.Site.Issuer}}","sub":"anna","aud":"web"}""");
        var foreign = Jws.Sign(SigningKey.Generate(SignatureAlgorithm.Es256), "JWT", claims);
        var logout = await signer.SignAsync(SignatureAlgorithm.Es256, "logout+jwt", claims, default);
        var other = await signer.SignAsync(SignatureAlgorithm.Es256, "JWT", """{"iss":"https://other.test","sub":"anna","aud":"web"}"""u8.ToArray(), default);
        var genuine = (await browser.TokensAsync("anna")).Text("id_token")!;
        var changed = genuine[..^4] + (genuine[^4] == 'A' ? 'B' : 'A') + genuine[^3..];
        foreach (var hint in new[] { foreign, logout, other, changed, genuine.Split('.')[0] + "." + genuine.Split('.')[1] + "." })
            Assert.Equal("invalid_request", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("id_token_hint", hint)))).Query("error"));
    }

    [Fact]
    public async Task Hints_and_languages_reach_the_page()
    {
        using var browser = fixture.Browser();
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("login_hint", "anna@school.test"), ("ui_locales", "en ru")));
        Assert.Equal(("anna@school.test", "en ru"), (seen.Query("hint"), seen.Query("ui_locales")));
    }
}
