using System.Net;
using System.Text;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>Whoever does not prove to be the client is not the client, at any endpoint that clients call (LL CVE-2026-92289, -92288: any secret
/// was right for a public client, at introspection too; LL CVE-2024-45160: an empty one for all).</summary>
[Collection(OneProvider.Name)]
public sealed class ClientProofTests(ProviderFixture fixture)
{
    private const string Keyed = "keyed-proof";

    /// <summary>Who, what stands in the form, what in the header.</summary>
    private static readonly (string Client, string? InForm, string? InHeader)[] Tries =
    [
        ("web", null, null), ("web", "", null), ("web", null, "web:"), ("web", null, ":"), ("web", null, "web"), ("web", "wrong-wrong-wrong-wrong", null), ("web", null, "web:wrong-wrong-wrong-wrong"),
        ("web", TestBrowser.Secret + " ", null), ("web", TestBrowser.Secret[..^1], null), ("web", TestBrowser.Secret.ToUpperInvariant(), null), ("web", ClientJson.Hash(TestBrowser.Secret), null),
        ("web", null, "web:" + ClientJson.Hash(TestBrowser.Secret)), ("web", "null", null), ("web", "true", null), ("WEB", TestBrowser.Secret, null), ("nobody", TestBrowser.Secret, null), ("nobody", "", null),
        ("app", TestBrowser.Secret, null), ("app", "anything", null), ("app", "app", null), ("app", null, "app:"), ("app", null, "app:anything"), ("tv", "anything", null), ("tv", null, "tv:"),
        (Keyed, null, null), (Keyed, "", null), (Keyed, TestBrowser.Secret, null), (Keyed, null, Keyed + ":"), (Keyed, null, $"{Keyed}:{TestBrowser.Secret}"),
    ];

    [Fact]
    public async Task CVE_2026_92289_no_secret_but_the_clients_own_proves_it_anywhere()
    {
        using var browser = fixture.Browser();
        Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(new ClientSigner(Kernel.Jose.SignatureAlgorithm.Es256).Client(Keyed), default));
        foreach (var endpoint in await EndpointsAsync(browser))
            foreach (var (client, inForm, inHeader) in Tries)
            {
                var form = Form(client, endpoint);
                if (inForm is not null) form["client_secret"] = inForm;
                var headers = inHeader is null ? [] : new[] { ("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(inHeader))) };
                var seen = await browser.PostAsync(endpoint, form, headers);
                Assert.True((seen.Status, seen.Text("error")) == (HttpStatusCode.Unauthorized, "invalid_client"), $"{endpoint}, {client} by {inForm ?? inHeader ?? "nothing"}: {(int)seen.Status} {seen.Body}");
            }
    }

    // Registered by the hash of nothing, a client would be everybody.
    [Fact]
    public async Task CVE_2024_45160_no_client_is_registered_with_an_empty_secret()
    {
        var refused = Assert.IsType<RegisterClientOutcome.Refused>(await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("hollow") with { SecretHashes = [ClientJson.Hash("")] }, default));
        Assert.Contains("secret must not be empty.", refused.Faults);
        Assert.IsType<RegisterClientOutcome.Refused>(await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("hollow") with { SecretHashes = [] }, default));
        foreach (var secret in new[] { "", " ", "short", "fifteen-letters" })
            Assert.Null(ClientJson.Read($$"""{"clientId":"hollow","name":"Пустой","redirectUris":["https://h.test/cb"],"secret":"{{secret}}"}""", null).Client);
    }

    // The discovery document says which endpoints clients prove themselves at, so that a new one is tried from the day it is there.
    private static async Task<List<string>> EndpointsAsync(TestBrowser browser)
    {
        var document = (await browser.GetAsync("/.well-known/openid-configuration")).Json;
        string[] others = ["authorization_endpoint", "userinfo_endpoint", "end_session_endpoint"];
        var endpoints = document.EnumerateObject().Where(p => p.Name.EndsWith("_endpoint", StringComparison.Ordinal) && !others.Contains(p.Name)).Select(p => new Uri(p.Value.GetString()!).AbsolutePath).ToList();
        Assert.True(endpoints.Count >= 5, string.Join(' ', endpoints));
        return endpoints;
    }

    // Good for all of them at once, were the client who it says it is.
    private static Dictionary<string, string> Form(string client, string endpoint)
    {
        var form = TestBrowser.Redeem("x", client, ("client_secret", null));
        if (endpoint.EndsWith("/par", StringComparison.Ordinal)) form = TestBrowser.Request(client);
        (form["token"], form["scope"]) = ("x", "openid");
        return form;
    }
}
