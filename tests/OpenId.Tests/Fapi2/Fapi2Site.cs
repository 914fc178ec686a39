using System.Text.Json;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Fapi2;

/// <summary>A provider with the clients that the FAPI 2.0 plans ask for: "one" (ES256), "two" (PS256), and "signer" (ES256), whose requests
/// must be signed.</summary>
public sealed class Fapi2Site : IAsyncLifetime
{
    public const string Issuer = "https://op.fapi.test";

    internal TestPeople People { get; } = new();
    internal FakeClock Clock { get; } = new();
    internal TestSite Site { get; private set; } = null!;
    internal ClientSigner One { get; } = new(SignatureAlgorithm.Es256);
    internal ClientSigner Two { get; } = new(SignatureAlgorithm.Ps256);
    /// <summary>What "two" proves its tokens with.</summary>
    internal SigningKey TwoProof { get; } = TestKeys.New(SignatureAlgorithm.Ps256);
    /// <summary>Signs by RS256 with the key of <see cref="Two"/>.</summary>
    internal SigningKey TwoByRs256 { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        TwoByRs256 = SigningKey.From(Jwk.TryParse(WithoutAlg(Two.Key.ExportPrivate()).ToJsonString(), out _)!, SignatureAlgorithm.Rs256);
        Site = await TestSite.StartAsync(People, Clock, issuer: Issuer);
        foreach (var client in new[] { Client("one", One.Key), Client("two", Two.Key), Client("signer", One.Key) with { RequestObjectAlg = "ES256" } })
            Assert.IsType<RegisterClientOutcome.Registered>(await Site.Clients.RegisterAsync(client, default));
    }

    public async Task DisposeAsync() => await Site.DisposeAsync();

    // The keys stand there without alg, so that only the profile keeps RS256 out.
    private static OpenIdClient Client(string id, SigningKey key) => ProviderFixture.Client(id) with
    {
        Profile = "fapi2", SecretHashes = [], Authentication = "private_key_jwt", IdTokenAlg = "PS256",
        Jwks = JsonSerializer.SerializeToElement(new JsonObject { ["keys"] = new JsonArray(WithoutAlg(key.Public.ToJson())) }),
    };

    private static JsonObject WithoutAlg(ReadOnlySpan<byte> jwk) => WithoutAlg(System.Text.Encoding.UTF8.GetString(jwk));

    private static JsonObject WithoutAlg(string jwk)
    {
        var json = JsonNode.Parse(jwk)!.AsObject();
        json.Remove("alg");
        return json;
    }
}

[CollectionDefinition(Name)]
public sealed class SharedFapi2Site : ICollectionFixture<Fapi2Site>
{
    public const string Name = "fapi2";
}
