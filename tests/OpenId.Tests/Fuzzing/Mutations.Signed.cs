using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Fuzzing;

/// <summary>Messages that a client has truly signed, and that say odd things: clocks that are wrong by a minute or by an age, lists where a text
/// should be, depth. Only what stands behind the signature's check is reached by these.</summary>
internal sealed partial class Mutations
{
    private static readonly object?[] OddClaims = ["", "\0", new string('x', 5000), -1, 0, 1.5, 1e300, long.MaxValue, long.MinValue, true, null, new object[] { }, new object[] { 1, "a", null! },
        new Dictionary<string, object> { ["a"] = new object[] { } }, "🙂", "' or 1=1", "\ud800"];

    private void OddSigned(FuzzCase c)
    {
        var asProof = c.Path is not "/connect/authorize" && _random.Next(3) > 0;
        var client = asProof ? "keyed" : "jar";
        var claims = asProof ? ClientSigner.Claims(client, issuer, now) : Object(client);
        for (var times = _random.Next(1, 4); times > 0; times--)
        {
            var name = Pick(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "typ", "client_id", "redirect_uri", "scope", "state", "max_age", "claims", "nonce", "request", "response_type", "prompt"]);
            claims[name] = _random.Next(2) == 0 ? Pick(OddClaims)! : name is "exp" or "iat" or "nbf" ? now.ToUnixTimeSeconds() + Pick([-86_400L, -61, -59, 0, 8, 59, 61, 3599, 3700, 86_400]) : Nested(_random.Next(1, 60));
        }
        var token = ProviderFixture.Jar.Sign(claims, Pick(["JWT", "oauth-authz-req+jwt", "client-authentication+jwt", "dpop+jwt", ""]));
        c.Headers.RemoveAll(h => h.Name == "Authorization");
        foreach (var name in new[] { "client_secret", "client_id" }) c.Parameters.RemoveAll(p => p.Name.AsSpan().SequenceEqual(System.Text.Encoding.ASCII.GetBytes(name)));
        Add(c, "client_id", client);
        Add(c, "redirect_uri", $"https://{client}.test/cb");
        Add(c, asProof ? "client_assertion" : "request", token);
        if (asProof) Add(c, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        if (c.Method == "GET" && token.Length > 4000) c.Method = "POST";
    }

    private Dictionary<string, object> Object(string client) =>
        new(TestBrowser.Request(client).Select(p => KeyValuePair.Create(p.Key, (object)p.Value))) { ["iss"] = client, ["aud"] = issuer, ["exp"] = now.AddMinutes(1).ToUnixTimeSeconds() };

    private static object Nested(int depth)
    {
        object inner = "x";
        for (; depth > 0; depth--) inner = depth % 2 == 0 ? new object[] { inner } : new Dictionary<string, object> { ["userinfo"] = inner };
        return inner;
    }
}
