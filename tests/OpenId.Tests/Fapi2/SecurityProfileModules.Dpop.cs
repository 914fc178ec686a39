using System.Net;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Fapi2;

public sealed partial class SecurityProfileModules
{
    [Fact(DisplayName = Prefix + "access-token-type-header-case-sensitivity")]
    public async Task Case_of_the_scheme()
    {
        using var suite = Suite();
        var access = (await suite.RunAsync()).Tokens.Text("access_token")!;
        foreach (var scheme in new[] { "dPOp", "dpop", "DPOP" }) Assert.Equal(HttpStatusCode.OK, (await suite.AskUserInfoAsync(access, scheme)).Status);
    }

    private async Task ProofChangedAsync(Action<JsonObject> change)
    {
        using var suite = Suite();
        var tokens = await suite.RedeemAsync(await suite.CodeAsync(), suite.Key.Header("POST", Fapi2Suite.Token, null, (_, c) => change(c)), null);
        Fapi2Suite.Issued(tokens);
        var access = tokens.Text("access_token")!;
        Assert.Equal(HttpStatusCode.OK, (await suite.AskUserInfoAsync(access, proof: suite.Key.Proof("GET", Fapi2Suite.UserInfo, access, (_, c) => change(c)))).Status);
    }

    [Fact(DisplayName = Prefix + "check-dpop-proof-nbf-exp")]
    public Task Nbf_and_exp() => ProofChangedAsync(c => (c["nbf"], c["exp"]) = (c["iat"]!.DeepClone(), c["iat"]!.GetValue<long>() + 300));

    [Fact(DisplayName = Prefix + "ensure-dpopproof-with-iat-10seconds-before-succeeds")]
    public Task Ten_seconds_before() => ProofChangedAsync(c => c["iat"] = c["iat"]!.GetValue<long>() - 10);

    [Fact(DisplayName = Prefix + "ensure-dpopproof-with-iat-10seconds-after-succeeds")]
    public Task Ten_seconds_after() => ProofChangedAsync(c => c["iat"] = c["iat"]!.GetValue<long>() + 10);

    private DpopKey Another() => new(site.Clock, Fapi2Site.Issuer);

    [Fact(DisplayName = Prefix + "ensure-mismatched-dpop-jkt-fails")]
    public async Task Another_dpop_jkt_at_par()
    {
        using var suite = Suite();
        var error = await suite.RefusedPushAsync(suite.Request(("dpop_jkt", Another().Thumbprint)), null, suite.Key.Header("POST", Fapi2Suite.Par));
        Assert.Equal("invalid_dpop_proof", error);
    }

    [Fact(DisplayName = Prefix + "ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt")]
    public async Task Another_key_than_at_par()
    {
        using var suite = Suite();
        var code = await suite.CodeAsync(null, suite.Key.Header("POST", Fapi2Suite.Par));
        suite.Key = Another();
        Assert.Equal("invalid_grant", (await suite.RedeemAsync(code)).Text("error"));
    }

    [Fact(DisplayName = Prefix + "ensure-token-endpoint-fails-with-mismatched-dpop-jkt")]
    public async Task Another_key_than_dpop_jkt()
    {
        using var suite = Suite();
        var code = await suite.CodeAsync(suite.Request(("dpop_jkt", Another().Thumbprint)));
        Assert.Equal("invalid_grant", (await suite.RedeemAsync(code)).Text("error"));
    }

    [Fact(DisplayName = Prefix + "ensure-dpopproof-at-par-endpoint-binding-success")]
    public async Task Bound_at_par()
    {
        using var suite = Suite();
        Fapi2Suite.Issued(await suite.RedeemAsync(await suite.CodeAsync(null, suite.Key.Header("POST", Fapi2Suite.Par))));
    }

    [Fact(DisplayName = Prefix + "ensure-dpop-auth-code-binding-success")]
    public async Task Bound_by_dpop_jkt()
    {
        using var suite = Suite();
        Fapi2Suite.Issued(await suite.RedeemAsync(await suite.CodeAsync(suite.Request(("dpop_jkt", suite.Key.Thumbprint)))));
    }

    [Fact(DisplayName = Prefix + "ensure-holder-of-key-required")]
    public async Task No_proof()
    {
        using var suite = Suite();
        Assert.Equal("invalid_dpop_proof", (await suite.RedeemAsync(await suite.CodeAsync(), null, null)).Text("error"));
    }

    private sealed record Call(string Method, string Path, string? Token);

    private static string Remade(DpopKey key, Call call, Action<JsonObject, JsonObject> change) => key.Proof(call.Method, call.Path, call.Token, change);

    /// <summary>Steps of the module, in its order: what is done to a proof, and whether it is still taken.</summary>
    private static readonly Dictionary<string, (bool Good, Func<DpopKey, Call, string> Make)> Steps = new()
    {
        ["not well-formed"] = (false, (k, a) => k.Proof(a.Method, a.Path, a.Token).Replace('.', '~')),
        ["no typ"] = (false, (k, a) => Remade(k, a, (h, _) => h.Remove("typ"))),
        ["no alg"] = (false, (k, a) => Remade(k, a, (h, _) => h.Remove("alg"))),
        ["no jwk"] = (false, (k, a) => Remade(k, a, (h, _) => h.Remove("jwk"))),
        ["no jti"] = (false, (k, a) => Remade(k, a, (_, c) => c.Remove("jti"))),
        ["no htm"] = (false, (k, a) => Remade(k, a, (_, c) => c.Remove("htm"))),
        ["no htu"] = (false, (k, a) => Remade(k, a, (_, c) => c.Remove("htu"))),
        ["no iat"] = (false, (k, a) => Remade(k, a, (_, c) => c.Remove("iat"))),
        ["no ath"] = (false, (k, a) => k.Proof(a.Method, a.Path)),
        ["another typ"] = (false, (k, a) => Remade(k, a, (h, _) => h["typ"] = "JWT")),
        ["alg none"] = (false, (k, a) => DpopKey.With(Remade(k, a, (h, _) => h["alg"] = "none"), 2, "")),
        ["alg of a secret"] = (false, (k, a) => Remade(k, a, (h, _) => h["alg"] = "HS256")),
        ["another signature"] = (false, (k, a) => DpopKey.With(k.Proof(a.Method, a.Path, a.Token), 2, StrictBase64Url.Encode(new byte[64]))),
        ["private jwk"] = (false, (k, a) => Remade(k, a, (h, _) => h["jwk"] = JsonNode.Parse(k.Key.ExportPrivate()))),
        ["symmetric jwk"] = (false, (k, a) => Remade(k, a, (h, _) => h["jwk"] = new JsonObject { ["kty"] = "oct", ["k"] = "AAAA" })),
        ["another htm"] = (false, (k, a) => Remade(k, a, (_, c) => c["htm"] = "PUT")),
        ["htm in lower case"] = (false, (k, a) => Remade(k, a, (_, c) => c["htm"] = a.Method.ToLowerInvariant())),
        ["htu with query and fragment"] = (true, (k, a) => Remade(k, a, (_, c) => c["htu"] = c["htu"] + "?a=b#c")),
        ["htu of another address"] = (false, (k, a) => Remade(k, a, (_, c) => c["htu"] = "https://example.com" + a.Path)),
        ["htu of another path"] = (false, (k, a) => Remade(k, a, (_, c) => c["htu"] = Fapi2Site.Issuer + "/connect/logout")),
        ["htu of the path in upper case"] = (false, (k, a) => Remade(k, a, (_, c) => c["htu"] = Fapi2Site.Issuer + a.Path.ToUpperInvariant())),
        ["htu that is relative"] = (false, (k, a) => Remade(k, a, (_, c) => c["htu"] = a.Path)),
        ["htu with a user name"] = (false, (k, a) => Remade(k, a, (_, c) => c["htu"] = "https://x@op.fapi.test" + a.Path)),
        ["an hour ahead"] = (false, (k, a) => Remade(k, a, (_, c) => c["iat"] = c["iat"]!.GetValue<long>() + 3600)),
        ["an hour ago"] = (false, (k, a) => Remade(k, a, (_, c) => c["iat"] = c["iat"]!.GetValue<long>() - 3600)),
        ["expired"] = (false, (k, a) => Remade(k, a, (_, c) => c["exp"] = c["iat"]!.GetValue<long>() - 31)),
        ["another ath"] = (false, (k, a) => Remade(k, a, (_, c) => c["ath"] = "another")),
        ["another key"] = (false, (k, a) => new DpopKey(k.Clock, Fapi2Site.Issuer).Proof(a.Method, a.Path, a.Token)),
        ["RS256"] = (false, (k, a) => new DpopKey(k.Clock, Fapi2Site.Issuer, SignatureAlgorithm.Rs256).Proof(a.Method, a.Path, a.Token)),
        ["more in header and claims"] = (true, (k, a) => Remade(k, a, (h, c) => (h["extra"], c["extra"]) = ("x", new JsonArray(1, 2)))),
        ["crit"] = (false, (k, a) => Remade(k, a, (h, _) => (h["crit"], h["extra"]) = (new JsonArray("extra"), "x"))),
        ["scheme and host in upper case"] = (true, (k, a) => Remade(k, a, (_, c) => c["htu"] = "HTTPS://OP.FAPI.TEST" + a.Path)),
        ["the port that goes without saying"] = (true, (k, a) => Remade(k, a, (_, c) => c["htu"] = "https://op.fapi.test:443" + a.Path)),
        ["another port"] = (false, (k, a) => Remade(k, a, (_, c) => c["htu"] = "https://op.fapi.test:444" + a.Path)),
        ["jti too long"] = (false, (k, a) => Remade(k, a, (_, c) => c["jti"] = new string('j', 257))),
        ["jti empty"] = (false, (k, a) => Remade(k, a, (_, c) => c["jti"] = "")),
        ["jti a number"] = (false, (k, a) => Remade(k, a, (_, c) => c["jti"] = 7)),
    };

    [Fact(DisplayName = Prefix + "dpop-negative-tests")]
    public async Task Dpop_negative_tests()
    {
        using var suite = Suite();
        var access = (await suite.RunAsync()).Tokens.Text("access_token")!;
        Task<Seen> AskAsync(string authorization, params (string, string)[] proofs) =>
            suite.Browser.GetAsync(Fapi2Suite.UserInfo, [("Authorization", authorization), .. proofs]);
        string Good() => suite.Key.Proof("GET", Fapi2Suite.UserInfo, access);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("DPoP " + access, ("DPOP", Good()))).Status);
        Assert.Equal("invalid_dpop_proof", (await AskAsync("DPoP " + access, ("DPoP", Good()), ("DPoP", Good()))).Text("error"));
        foreach (var (step, (good, make)) in Steps)
        {
            var seen = await AskAsync("DPoP " + access, ("DPoP", make(suite.Key, new Call("GET", Fapi2Suite.UserInfo, access))));
            Assert.True(good ? seen.Status == HttpStatusCode.OK : seen.Status == HttpStatusCode.Unauthorized, $"{step}: {(int)seen.Status} {seen.Body}");
            if (good) continue;
            Assert.True(seen.Text("error") == "invalid_dpop_proof", $"{step}: {seen.Body}");
            Assert.Contains("DPoP algs=\"ES256 PS256\", error=\"invalid_dpop_proof\"", seen.Header("WWW-Authenticate"));
        }
        var once = Good();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("DPoP " + access, ("DPoP", once))).Status);
        Assert.Equal("invalid_dpop_proof", (await AskAsync("DPoP " + access, ("DPoP", once))).Text("error"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("DPoP " + access)).Status);
        Assert.Equal("invalid_token", (await AskAsync("Bearer " + access)).Text("error"));
        Assert.Equal("invalid_token", (await AskAsync("Bearer " + access, ("DPoP", Good()))).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("DPoP " + access, ("DPoP", Good()))).Status);
    }

    [Fact(DisplayName = "what is wrong with a proof at UserInfo is wrong with it at the token endpoint, where ath is not asked for")]
    public async Task The_same_at_the_token_endpoint()
    {
        using var suite = Suite();
        var code = await suite.CodeAsync();
        foreach (var (step, (good, make)) in Steps.Where(s => !s.Value.Good && s.Key is not ("no ath" or "another ath" or "another key")))
        {
            var seen = await suite.RedeemAsync(code, ("DPoP", make(suite.Key, new Call("POST", Fapi2Suite.Token, null))), null);
            Assert.True(seen.Text("error") == "invalid_dpop_proof", $"{step}: {seen.Body}");
        }
        Fapi2Suite.Issued(await suite.RedeemAsync(code));
    }
}
