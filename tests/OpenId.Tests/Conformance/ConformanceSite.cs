using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Conformance;

/// <summary>The provider under test, with the clients that the suite asks for registered by hand. Its issuer is an https address, as the
/// suite wants; the suite's requests go to where it listens.</summary>
public sealed class ConformanceSite : IAsyncLifetime
{
    public const string Issuer = "https://op.region.test";

    internal TestPeople People { get; } = new();
    internal FakeClock Clock { get; } = new();
    /// <summary>The key of client "jar", which signs its requests.</summary>
    internal ClientSigner Jar { get; } = new(SignatureAlgorithm.Rs256);
    internal TestSite Site { get; private set; } = null!;
    internal LogoutReceiver Receiver { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Receiver = await LogoutReceiver.StartAsync();
        Site = await TestSite.StartAsync(People, Clock, issuer: Issuer,
            settings: new Dictionary<string, string?> { ["OpenId:AllowPrivateBackchannel"] = "true" });
        foreach (var client in new[] { Client("suite"), Client("suite2"), Client("rs256") with { IdTokenAlg = "RS256" }, Client("jar") with { Jwks = Jar.Jwks } })
            await RegisterAsync(client);
    }

    public async Task DisposeAsync()
    {
        await Site.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    internal async Task RegisterAsync(OpenIdClient client) =>
        Assert.IsType<RegisterClientOutcome.Registered>(await Site.Clients.RegisterAsync(client, default));

    internal OpenIdClient Client(string id) => new()
    {
        ClientId = id, Name = "Conformance suite", SecretHashes = [ClientJson.Hash(TestBrowser.Secret)],
        RedirectUris = [$"https://{id}.test/cb", $"https://{id}.test/cb?dummy1=lorem&dummy2=ipsum"],
        PostLogoutRedirectUris = [$"https://{id}.test/post_logout_redirect"], BackchannelLogoutUri = $"{Receiver.Url}/{id}",
        Scopes = ["openid", "profile", "email", "offline_access"],
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
    };
}

/// <summary>Plans with few modules share one provider.</summary>
[CollectionDefinition(Name)]
public sealed class SharedConformanceSite : ICollectionFixture<ConformanceSite>
{
    public const string Name = "conformance";
}
