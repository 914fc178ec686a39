using System.Text;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;
using Aupd.OpenId.RelyingParty;

namespace Aupd.OpenId.Tests.RelyingParty;

/// <summary>Logout tokens and security events: the provider speaks to us without a browser.</summary>
public sealed class SignedMessageTests
{
    private const string Logout = "http://schemas.openid.net/event/backchannel-logout", Changed = "https://schemas.openid.net/secevent/caep/event-type/credential-change";

    [Theory]
    [InlineData("logout+jwt"), InlineData("JWT"), InlineData(null)]
    public async Task A_logout_token_names_the_person_and_the_session(string? typ)
    {
        await using var party = await Party.StartAsync();
        var notice = Assert.IsType<LogoutTokenOutcome.Valid>(await party.Client.ReadLogoutTokenAsync(party.Provider.Sign(LogoutClaims(party), typ), null, default)).Notice;
        Assert.Equal(new LogoutNotice(OpSimulator.Subject, "session-1", "jti-1", party.Clock.GetUtcNow()), notice);
    }

    public static TheoryData<string, string> OddLogoutClaims => new()
    {
        { "iss", "\"http://evil.example\"" }, { "aud", "\"other\"" }, { "exp", "" }, { "exp", "{now-60}" }, { "iat", "" }, { "iat", "{now+61}" }, { "iat", "{now-3661}" }, { "jti", "" },
        { "jti", "1" }, { "jti", "\"\"" }, { "nonce", "\"n\"" }, { "nonce", "null" }, { "events", "" }, { "events", "{}" }, { "events", "[]" }, { "sid", "1" }, { "sub", "[]" },
        { "events", $$$"""{"{{{Logout}}}":{},"x":{}}""" }, { "events", $$"""{"{{Logout}}":null}""" }, { "events", $$$"""{"{{{Changed}}}":{}}""" }, { "events", $"\"{Logout}\"" },
    };

    [Theory, MemberData(nameof(OddLogoutClaims))]
    public async Task A_logout_token_with_an_odd_claim_is_refused(string name, string value)
    {
        await using var party = await Party.StartAsync();
        var claims = LogoutClaims(party);
        SignInTests.Change(party, claims, name, value);
        Assert.IsType<LogoutTokenOutcome.Invalid>(await party.Client.ReadLogoutTokenAsync(party.Provider.Sign(claims, "logout+jwt"), null, default));
    }

    [Fact]
    public async Task A_person_or_a_session_is_enough_but_neither_is_not()
    {
        await using var party = await Party.StartAsync();
        foreach (var (without, taken) in new (string[], bool)[] { (["sub"], true), (["sid"], true), (["sub", "sid"], false) })
        {
            var claims = LogoutClaims(party);
            foreach (var name in without) claims.Remove(name);
            Assert.Equal(taken, await party.Client.ReadLogoutTokenAsync(party.Provider.Sign(claims, "logout+jwt"), null, default) is LogoutTokenOutcome.Valid);
        }
    }

    [Fact]
    public async Task An_unsigned_or_foreign_logout_token_is_refused()
    {
        await using var party = await Party.StartAsync();
        var claims = LogoutClaims(party);
        var payload = StrictBase64Url.Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        foreach (var token in new[]
                 {
                     $"{StrictBase64Url.Encode("{\"alg\":\"none\"}"u8)}.{payload}.", "", "x", party.Provider.Sign(claims, "secevent+jwt"), party.Provider.Sign(claims, "at+jwt"),
                     party.Provider.Sign(claims, "logout+jwt", SigningKey.Generate(SignatureAlgorithm.Es256)),
                 })
            Assert.IsType<LogoutTokenOutcome.Invalid>(await party.Client.ReadLogoutTokenAsync(token, null, default));
        // An ID token is no logout token, whatever its typ.
        Assert.IsType<LogoutTokenOutcome.Invalid>(await party.Client.ReadLogoutTokenAsync(party.Provider.Sign(party.Provider.Claims("n")), null, default));
    }

    [Fact]
    public async Task A_replayed_logout_token_is_known_to_the_caller_who_keeps_the_ids()
    {
        await using var party = await Party.StartAsync();
        var seen = new Dictionary<string, DateTimeOffset>();
        Task<bool> FirstSeen(string id, DateTimeOffset until) => Task.FromResult(seen.TryAdd(id, until));
        var token = party.Provider.Sign(LogoutClaims(party), "logout+jwt");
        Assert.IsType<LogoutTokenOutcome.Valid>(await party.Client.ReadLogoutTokenAsync(token, FirstSeen, default));
        Assert.Equal("jti was seen before", Assert.IsType<LogoutTokenOutcome.Invalid>(await party.Client.ReadLogoutTokenAsync(token, FirstSeen, default)).Why);
        // Longer than any token of that id is taken.
        Assert.True(seen["jti-1"] > party.Clock.GetUtcNow().AddHours(1));
        // A token that is refused for another reason does not use up the id.
        var expired = LogoutClaims(party);
        (expired["jti"], expired["exp"]) = ("jti-2", 1);
        await party.Client.ReadLogoutTokenAsync(party.Provider.Sign(expired, "logout+jwt"), FirstSeen, default);
        Assert.DoesNotContain("jti-2", seen.Keys);
    }

    [Fact]
    public async Task A_security_event_is_read()
    {
        await using var party = await Party.StartAsync();
        var found = Assert.IsType<SecurityEventOutcome.Valid>(await party.Client.ReadSecurityEventAsync(party.Provider.Sign(EventClaims(party), "secevent+jwt"), "school", default)).Event;
        Assert.Equal((Changed, OpSimulator.Subject, "jti-1", "password"), (found.Type, found.Subject, found.Id, found.Details.Text("credential_type")));
        Assert.DoesNotContain(OpSimulator.Subject, found.ToString());
    }

    public static TheoryData<string, string, string> OddEventClaims => new()
    {
        { "iss", "\"http://evil.example\"", "invalid_issuer" }, { "iss", "", "invalid_issuer" }, { "aud", "\"client one\"", "invalid_audience" }, { "aud", "", "invalid_audience" },
        { "iat", "", "invalid_request" }, { "iat", "{now+61}", "invalid_request" }, { "iat", "\"1\"", "invalid_request" }, { "iat", "{now-1209661}", "invalid_request" },
        { "jti", "", "invalid_request" }, { "exp", "{now-60}", "invalid_request" }, { "events", "", "invalid_request" }, { "events", "{}", "invalid_request" },
        { "events", "{\"a\":{},\"b\":{}}", "invalid_request" }, { "events", "{\"a\":1}", "invalid_request" }, { "sub", "\"person-1\"", "invalid_request" },
        { "sub_id", "", "invalid_request" }, { "sub_id", "\"person-1\"", "invalid_request" }, { "sub_id", "{\"format\":\"email\",\"email\":\"a@b\"}", "invalid_request" },
        { "sub_id", "{\"format\":\"iss_sub\",\"iss\":\"http://evil.example\",\"sub\":\"person-1\"}", "invalid_request" },
        { "sub_id", "{\"format\":\"iss_sub\",\"iss\":\"{issuer}\"}", "invalid_request" }, { "sub_id", "{\"format\":\"iss_sub\",\"iss\":\"{issuer}\",\"sub\":\"\"}", "invalid_request" },
    };

    [Theory, MemberData(nameof(OddEventClaims))]
    public async Task A_security_event_with_an_odd_claim_is_refused_in_the_words_of_the_RFC(string name, string value, string error)
    {
        await using var party = await Party.StartAsync();
        var claims = EventClaims(party);
        SignInTests.Change(party, claims, name, value);
        Assert.Equal(error, Assert.IsType<SecurityEventOutcome.Invalid>(await party.Client.ReadSecurityEventAsync(party.Provider.Sign(claims, "secevent+jwt"), "school", default)).Error);
    }

    [Fact]
    public async Task A_security_event_in_another_envelope_is_refused()
    {
        await using var party = await Party.StartAsync();
        var claims = EventClaims(party);
        foreach (var (token, error) in new[]
                 {
                     (party.Provider.Sign(claims), "invalid_request"), (party.Provider.Sign(claims, null), "invalid_request"), ("", "invalid_request"),
                     (party.Provider.Sign(claims, "secevent+jwt", SigningKey.Generate(SignatureAlgorithm.Es256)), "invalid_key"),
                     ($"{StrictBase64Url.Encode("{\"alg\":\"none\",\"typ\":\"secevent+jwt\"}"u8)}.{party.Provider.Sign(claims).Split('.')[1]}.", "invalid_key"),
                 })
            Assert.Equal(error, Assert.IsType<SecurityEventOutcome.Invalid>(await party.Client.ReadSecurityEventAsync(token, "school", default)).Error);
    }

    private static JsonObject LogoutClaims(Party party)
    {
        var claims = party.Provider.Claims();
        claims["jti"] = "jti-1";
        claims["events"] = new JsonObject { [Logout] = new JsonObject() };
        return claims;
    }

    private static JsonObject EventClaims(Party party) => new()
    {
        ["iss"] = party.Provider.Issuer, ["aud"] = "school", ["iat"] = party.Clock.GetUtcNow().ToUnixTimeSeconds(), ["jti"] = "jti-1",
        ["sub_id"] = new JsonObject { ["format"] = "iss_sub", ["iss"] = party.Provider.Issuer, ["sub"] = OpSimulator.Subject },
        ["events"] = new JsonObject { [Changed] = new JsonObject { ["credential_type"] = "password", ["change_type"] = "update" } },
    };
}
