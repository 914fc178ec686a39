using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Aupd.OpenId.Tests.Conformance;

/// <summary>Plan "oidcc-config-certification-test-plan".</summary>
[Collection(SharedConformanceSite.Name)]
public sealed class ConfigOp(ConformanceSite site)
{
    [Fact(DisplayName = "oidcc-discovery-endpoint-verification")]
    public async Task oidcc_discovery_endpoint_verification()
    {
        using var suite = new Suite(site);
        var document = await suite.DiscoveryAsync();
        Discovery.WellFormed(document);
        var keys = await suite.Browser.GetAsync(Suite.Local(document.Text("jwks_uri")!));
        Assert.Equal(HttpStatusCode.OK, keys.Status);
        Checks.KeySet(keys.Json);
        foreach (var name in new[] { "authorization_endpoint", "token_endpoint", "userinfo_endpoint" })
            Assert.NotEqual(HttpStatusCode.NotFound, (await suite.Browser.GetAsync(Suite.Local(document.Text(name)!))).Status);
    }
}

/// <summary>What the suite asks of a discovery document (OpenID Connect Discovery §3, §4; RFC 8414 §2).</summary>
internal static partial class Discovery
{
    public static string[] List(this Seen document, string name) =>
        document.Json.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(e => e.GetString()!)] : [];

    public static void WellFormed(Seen document)
    {
        Assert.Equal((HttpStatusCode.OK, "application/json"), (document.Status, document.Raw.Content.Headers.ContentType?.MediaType));
        Assert.Equal(ConformanceSite.Issuer, document.Text("issuer"));
        Assert.Equal(["code"], document.List("response_types_supported"));
        Assert.Equal(["public"], document.List("subject_types_supported"));
        Assert.Contains("RS256", document.List("id_token_signing_alg_values_supported"));
        Assert.Contains("authorization_code", document.List("grant_types_supported"));
        Assert.Contains("openid", document.List("scopes_supported"));
        Assert.NotEmpty(document.List("claims_supported"));
        Assert.All(document.List("scopes_supported"), s => Assert.Matches(@"\A[\x21\x23-\x5B\x5D-\x7E]+\z", s));
        Assert.All(document.List("ui_locales_supported"), l => Assert.Matches(@"\A[a-z]{2,3}(-[A-Z]{2})?\z", l));
        foreach (var name in new[] { "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri" }) Https(document, name);
        foreach (var member in document.Json.EnumerateObject()) Typed(document, member);
    }

    // Every address is one of ours, by https, and lists hold texts, each once; nothing is null or empty (RFC 8414 §3.2).
    private static void Typed(Seen document, JsonProperty member)
    {
        if (Endpoint().IsMatch(member.Name)) Https(document, member.Name);
        else if (member.Name.EndsWith("_supported", StringComparison.Ordinal) && member.Value.ValueKind == JsonValueKind.Array)
        {
            var values = document.List(member.Name);
            Assert.NotEmpty(values);
            Assert.Equal(values.Length, values.Distinct(StringComparer.Ordinal).Count());
        }
        else Assert.True(member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.String or JsonValueKind.Object, member.Name);
    }

    public static void Https(Seen document, string name)
    {
        var address = document.Text(name);
        Assert.True(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.Fragment.Length == 0, $"{name}: {address}");
        Assert.StartsWith(ConformanceSite.Issuer + "/", address);
    }

    [GeneratedRegex("_endpoint$|^jwks_uri$")] private static partial Regex Endpoint();
}
