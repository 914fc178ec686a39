using System.Net;
using Aupd.OpenId.Tests.Provider;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>Algorithm confusion (RFC 8725 §2; KC CVE-2026-1529, CVE-2026-18569): wherever the provider or our side of another provider reads a signed token, every
/// forgery of <see cref="ForgedTokens"/> is refused and the genuine one is taken.</summary>
[Collection(OneProvider.Name)]
public sealed partial class AlgorithmConfusionTests(ProviderFixture fixture)
{
    [Theory]
    [InlineData("web")]
    [InlineData("rs")]
    public async Task No_forged_hint_gets_a_code(string client)
    {
        using var browser = fixture.Browser();
        var genuine = (await browser.TokensAsync("anna", client)).Text("id_token")!;
        var keys = (await browser.GetAsync("/connect/jwks")).Body;
        Task<Seen> Ask(string hint) => browser.AuthorizeAsync(TestBrowser.Request(client, ("prompt", "none"), ("id_token_hint", hint)));
        Assert.NotNull((await Ask(genuine)).Query("code"));
        foreach (var (name, token) in ForgedTokens.From(genuine, keys))
        {
            var seen = await Ask(token);
            Assert.True(seen.Query("error") == "invalid_request" && seen.Query("code") is null, $"{name}: {(int)seen.Status} {seen.Location}");
        }
    }

    [Fact]
    public async Task No_forged_hint_signs_anyone_out_or_leads_anywhere()
    {
        using var browser = fixture.Browser();
        var genuine = (await browser.TokensAsync("boris")).Text("id_token")!;
        var keys = (await browser.GetAsync("/connect/jwks")).Body;
        Task<Seen> Leave(string hint) => browser.GetAsync(QueryHelpers.AddQueryString("/connect/logout",
            new Dictionary<string, string?> { ["id_token_hint"] = hint, ["post_logout_redirect_uri"] = "https://web.test/bye" }));
        foreach (var (name, token) in ForgedTokens.From(genuine, keys))
        {
            var seen = await Leave(token);
            Assert.True(seen.Status == HttpStatusCode.BadRequest && seen.Location is null, $"{name}: {(int)seen.Status} {seen.Location}");
        }
        Assert.Contains(fixture.People.Sessions.Values, s => s.Subject == "boris");
        Assert.Equal("https://web.test/bye", (await Leave(genuine)).Location);
    }
}
