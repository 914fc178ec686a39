using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>One site with its clients for the tests of a class: "web" and "other" (confidential, refreshing), "rs" (RS256), "app" (public, native),
/// "plain" (no refresh tokens), "pusher" (must push its requests), "tv" (public, a screen without keyboard), "panel" (confidential, likewise),
/// "jar" and "mustsign" (may and must sign their requests), "bound" (must bind tokens to a key), "narrow" (may have one claim), "partner" (a third party).</summary>
public sealed class ProviderFixture : IAsyncLifetime
{
    internal TestPeople People { get; } = new();
    internal FakeClock Clock { get; } = new();
    internal TestSite Site { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Site = await TestSite.StartAsync(People, Clock);
        foreach (var client in Clients()) Assert.IsType<RegisterClientOutcome.Registered>(await Site.Clients.RegisterAsync(client, default));
    }

    public async Task DisposeAsync() => await Site.DisposeAsync();

    internal TestBrowser Browser() => new(Site.Url);

    /// <summary>The key that "jar" and "mustsign" sign with.</summary>
    internal static ClientSigner Jar { get; } = new(SignatureAlgorithm.Es256);

    internal static OpenIdClient Client(string id) => new()
    {
        ClientId = id, Name = "Сервис " + id, SecretHashes = [ClientJson.Hash(TestBrowser.Secret)], RedirectUris = [$"https://{id}.test/cb"],
        PostLogoutRedirectUris = [$"https://{id}.test/bye"], Scopes = ["openid", "profile", "email", "offline_access"], GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
    };

    internal static IEnumerable<OpenIdClient> Clients() =>
    [
        Client("web") with { RedirectUris = ["https://web.test/cb", "https://web.test/cb?fixed=1"] }, Client("other"), Client("rs") with { IdTokenAlg = "RS256" },
        Client("pusher") with { RequirePushedRequests = true },
        Client("jar") with { Jwks = Jar.Jwks }, Client("mustsign") with { Jwks = Jar.Jwks, RequestObjectAlg = "ES256" },
        Client("bound") with { DpopBoundTokens = true },
        Client("narrow") with { Claims = ["email"] }, Client("partner") with { ThirdParty = true, Owner = "ООО «Партнёр»" },
        Client("tv") with { Type = "public", SecretHashes = [], RedirectUris = [], GrantTypes = [GrantTypes.DeviceCode, GrantTypes.RefreshToken] },
        Client("panel") with { RedirectUris = [], GrantTypes = [GrantTypes.DeviceCode], Scopes = ["openid", "profile"] },
        Client("plain") with { GrantTypes = [GrantTypes.AuthorizationCode], Scopes = ["openid"] },
        Client("app") with { Type = "public", SecretHashes = [], RedirectUris = ["https://app.test/cb", "http://127.0.0.1/cb", "http://[::1]:9000/cb", "ru.school.app:/cb"] },
    ];
}
