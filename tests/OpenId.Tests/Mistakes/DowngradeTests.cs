using System.Net;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>PKCE is skipped by leaving something out (AK CVE-2023-48228, GO-2024-2479; RFC 9700 §2.1.1, §4.8.2). Since no way in leaves it out,
/// there is no code without a challenge.</summary>
[Collection(OneProvider.Name)]
public sealed class DowngradeTests(ProviderFixture fixture)
{
    private static readonly (string, string?)[][] WithoutChallenge =
    [
        [("code_challenge", null)], [("code_challenge", "")], [("code_challenge", null), ("code_challenge_method", null)], [("code_challenge_method", null)], [("code_challenge_method", "")],
        [("code_challenge_method", "plain")], [("code_challenge_method", "none")], [("code_challenge_method", "s256")], [("code_challenge_method", "S256 plain")],
        [("code_challenge", TestBrowser.Verifier), ("code_challenge_method", "plain")], [("code_challenge", TestBrowser.Verifier), ("code_challenge_method", null)],
        [("code_challenge", TestBrowser.Challenge + "=")], [("code_challenge", TestBrowser.Challenge[..^1])], [("code_challenge", new string('A', 44))],
    ];

    [Theory]
    [InlineData("web"), InlineData("app"), InlineData("partner"), InlineData("jar")]
    public async Task GO_2024_2479_no_way_in_leaves_the_challenge_out(string client)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        foreach (var changes in WithoutChallenge)
        {
            var request = TestBrowser.Request(client, changes);
            var what = string.Join('&', request.Where(p => p.Key.StartsWith("code_", StringComparison.Ordinal)));
            var pushed = await browser.PostAsync("/connect/par", client == "app" ? request : new(request) { ["client_secret"] = TestBrowser.Secret });
            Assert.True((pushed.Status, pushed.Text("error")) == (HttpStatusCode.BadRequest, "invalid_request"), $"pushed {what}: {pushed.Body}");
            var answers = new List<Seen> { await browser.AuthorizeAsync(request), await browser.PostAsync("/connect/authorize", request) };
            if (client == "jar") answers.Add(await browser.AuthorizeAsync(Signed(request)));
            Assert.All(answers, a => Assert.True((a.Query("error"), a.Query("code")) == ("invalid_request", null), $"{what}: {a.Location}"));
        }
        Assert.Equal(client == "partner" ? "/consent" : null, (await browser.AuthorizeAsync(TestBrowser.Request(client))).Location is { } to && to.StartsWith('/') ? to.Split('?')[0] : null);
    }

    [Fact]
    public async Task CVE_2023_48228_no_redemption_leaves_the_verifier_out()
    {
        using var browser = fixture.Browser();
        foreach (var client in new[] { "web", "app" })
            foreach (var verifier in new[] { null, "", TestBrowser.Challenge, TestBrowser.Verifier + "x", TestBrowser.Verifier[..^1], TestBrowser.Verifier.ToUpperInvariant(), " ", new string('a', 43), new string('a', 129) })
            {
                var code = await browser.CodeAsync("anna", TestBrowser.Request(client));
                (string, string?)[] proof = client == "app" ? [("client_secret", null)] : [];
                var refused = await browser.TokenAsync(TestBrowser.Redeem(code, client, [("code_verifier", verifier), .. proof]));
                Assert.True(refused.Status == HttpStatusCode.BadRequest && refused.Text("error") is "invalid_grant" or "invalid_request", $"{client} with {verifier ?? "none"}: {refused.Body}");
                // A well-formed guess has cost the code; one that says nothing has not.
                if (refused.Text("error") == "invalid_grant") Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code, client, proof))).Text("error"));
            }
    }

    private Dictionary<string, string> Signed(Dictionary<string, string> request)
    {
        var claims = ClientSigner.Claims("jar", fixture.Site.Issuer, fixture.Clock.GetUtcNow(), ("sub", null));
        foreach (var (name, value) in request) claims[name] = value;
        // What is missing within may not be made up for by what stands outside.
        return new(TestBrowser.Request("jar")) { ["request"] = ProviderFixture.Jar.Sign(claims, "oauth-authz-req+jwt") };
    }
}
