using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;
using Aupd.OpenId.RelyingParty;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Aupd.OpenId.Tests.RelyingParty;

public sealed class SignInTests
{
    [Fact]
    public async Task A_person_signs_in()
    {
        await using var party = await Party.StartAsync();
        var done = Assert.IsType<FinishOutcome.SignedIn>(await party.SignInAsync());
        Assert.Equal((OpSimulator.Subject, "/diary", "Иванова", "session-1"), (done.Subject, done.ReturnData, done.Text("family_name"), done.Text("sid")));
        Assert.Equal((OpSimulator.AccessToken, "refresh-2"), (done.Tokens.AccessToken, done.Tokens.RefreshToken));
        Assert.Equal(party.Clock.GetUtcNow().AddMinutes(10), done.Tokens.ExpiresAt);
        Assert.DoesNotContain(OpSimulator.AccessToken, done.ToString());
        Assert.DoesNotContain("Иванова", done.ToString());
    }

    [Fact]
    public async Task The_request_carries_what_was_asked_and_nothing_secret()
    {
        await using var party = await Party.StartAsync();
        var begun = await party.BeginAsync(new SignInRequest { Prompt = "login", MaxAgeSeconds = 300, LoginHint = "a&b=c", UiLocales = "ru", ReturnData = "secret-data" });
        var url = new Uri(begun.Url);
        var query = QueryHelpers.ParseQuery(url.Query);
        Assert.Equal("/authorize", url.AbsolutePath);
        foreach (var (name, value) in new[]
                 {
                     ("tenant", "1"), ("response_type", "code"), ("client_id", OpSimulator.ClientId), ("redirect_uri", OpSimulator.Callback), ("scope", "openid profile"),
                     ("code_challenge_method", "S256"), ("prompt", "login"), ("max_age", "300"), ("login_hint", "a&b=c"), ("ui_locales", "ru"),
                     ("state", begun.Pending.State), ("nonce", begun.Pending.Nonce),
                 })
            Assert.Equal(value, query[name]);
        foreach (var absent in new[] { begun.Pending.CodeVerifier, OpSimulator.Secret, "secret-data", "id_token_hint" }) Assert.DoesNotContain(absent, Uri.UnescapeDataString(begun.Url));
        Assert.Equal(43, begun.Pending.CodeVerifier.Length);
        var again = await party.BeginAsync();
        Assert.NotEqual((begun.Pending.State, begun.Pending.Nonce, begun.Pending.CodeVerifier), (again.Pending.State, again.Pending.Nonce, again.Pending.CodeVerifier));
    }

    [Fact]
    public async Task A_refusal_comes_back_with_its_words()
    {
        await using var party = await Party.StartAsync();
        var refused = Assert.IsType<FinishOutcome.RefusedByProvider>(await party.SignInAsync(q =>
        {
            q.Remove("code");
            q["error"] = "access_denied";
            q["error_description"] = "no";
        }));
        Assert.Equal(("access_denied", "no", "/diary"), (refused.Error, refused.Description, refused.ReturnData));
        Assert.Equal(0, party.Provider.Calls("/token"));
    }

    public static TheoryData<string, string?, Type> OddAnswers => new()
    {
        { "state", "other", typeof(FinishOutcome.StateMismatch) }, { "state", null, typeof(FinishOutcome.StateMismatch) }, { "state", "", typeof(FinishOutcome.StateMismatch) },
        { "iss", null, typeof(FinishOutcome.IssuerMismatch) }, { "iss", "", typeof(FinishOutcome.IssuerMismatch) }, { "iss", "http://evil.example", typeof(FinishOutcome.IssuerMismatch) },
        { "iss", "{issuer}/", typeof(FinishOutcome.IssuerMismatch) }, { "code", null, typeof(FinishOutcome.BadResponse) }, { "code", "", typeof(FinishOutcome.BadResponse) },
        { "code", "a\0b", typeof(FinishOutcome.BadResponse) }, { "error", "access_denied", typeof(FinishOutcome.BadResponse) },
    };

    [Theory, MemberData(nameof(OddAnswers))]
    public async Task An_odd_answer_ends_before_the_token_endpoint_is_called(string name, string? value, Type outcome)
    {
        await using var party = await Party.StartAsync();
        Assert.IsType(outcome, await party.SignInAsync(q =>
        {
            if (value is null) q.Remove(name);
            else q[name] = value.Replace("{issuer}", party.Provider.Issuer);
        }));
        Assert.Equal(0, party.Provider.Calls("/token"));
    }

    [Theory]
    [InlineData("state"), InlineData("iss"), InlineData("code")]
    public async Task A_parameter_that_stands_twice_or_is_huge_ends_it(string name)
    {
        await using var party = await Party.StartAsync();
        Assert.IsType<FinishOutcome.BadResponse>(await party.SignInAsync(q => q[name] = new StringValues([q[name], q[name]])));
        Assert.IsType<FinishOutcome.BadResponse>(await party.SignInAsync(q => q[name] = new string('x', 5000)));
        Assert.Equal(0, party.Provider.Calls("/token"));
    }

    [Fact]
    public async Task An_error_in_another_providers_name_is_not_believed()
    {
        await using var party = await Party.StartAsync();
        Assert.IsType<FinishOutcome.IssuerMismatch>(await party.SignInAsync(q =>
        {
            q.Remove("code");
            q["error"] = "access_denied";
            q["iss"] = "http://evil.example";
        }));
    }

    [Fact]
    public async Task A_provider_that_sends_no_iss_is_taken_only_when_the_options_say_so_and_it_promises_none()
    {
        await using var party = await Party.StartAsync(o => o with { ResponseIssuerRequired = false });
        Assert.True(Assert.IsType<FinishOutcome.IssuerMismatch>(await party.SignInAsync(q => q.Remove("iss"))).Missing);
        await using var plain = await Party.StartAsync(o => o with { ResponseIssuerRequired = false });
        plain.Provider.Discovery = d => d.Remove("authorization_response_iss_parameter_supported");
        Assert.IsType<FinishOutcome.SignedIn>(await plain.SignInAsync(q => q.Remove("iss")));
        Assert.IsType<FinishOutcome.IssuerMismatch>(await plain.SignInAsync(q => q["iss"] = "http://evil.example"));
    }

    [Fact]
    public async Task An_attempt_of_another_client_or_provider_or_hour_is_not_finished()
    {
        await using var party = await Party.StartAsync();
        var begun = await party.BeginAsync();
        var query = new QueryCollection(party.Provider.Agree(begun));
        Assert.IsType<FinishOutcome.StateMismatch>(await party.Client.FinishAsync(query, null, default));
        Assert.IsType<FinishOutcome.StateMismatch>(await party.Client.FinishAsync(query, begun.Pending with { ClientId = "other" }, default));
        Assert.IsType<FinishOutcome.StateMismatch>(await party.Client.FinishAsync(query, begun.Pending with { Issuer = "http://other" }, default));
        party.Clock.Advance(PendingSignIn.Lifetime);
        Assert.IsType<FinishOutcome.StateMismatch>(await party.Client.FinishAsync(query, begun.Pending, default));
        party.Clock.Advance(TimeSpan.FromSeconds(-1));
        Assert.IsType<FinishOutcome.SignedIn>(await party.Client.FinishAsync(query, begun.Pending, default));
    }

    [Fact]
    public async Task A_code_of_another_attempt_is_refused_by_its_verifier()
    {
        await using var party = await Party.StartAsync();
        var (mine, theirs) = (await party.BeginAsync(), await party.BeginAsync());
        var query = party.Provider.Agree(mine);
        query["code"] = party.Provider.Agree(theirs)["code"];
        var refused = Assert.IsType<FinishOutcome.TokenRefused>(await party.Client.FinishAsync(new QueryCollection(query), mine.Pending, default));
        Assert.Equal("invalid_grant", refused.Error);
    }

    [Fact]
    public async Task A_wrong_secret_is_told_as_the_provider_told_it()
    {
        await using var party = await Party.StartAsync(o => o with { ClientSecret = "wrong" });
        Assert.Equal("invalid_client", Assert.IsType<FinishOutcome.TokenRefused>(await party.SignInAsync()).Error);
    }

    public static TheoryData<string, string, IdTokenFault> OddClaims => new()
    {
        { "iss", "\"http://evil.example\"", IdTokenFault.Issuer }, { "iss", "", IdTokenFault.Issuer }, { "iss", "\"{issuer}/\"", IdTokenFault.Issuer },
        { "aud", "\"other\"", IdTokenFault.Audience }, { "aud", "[]", IdTokenFault.Audience }, { "aud", "", IdTokenFault.Audience },
        { "aud", "[\"client one\",\"other\"]", IdTokenFault.AuthorizedParty }, { "azp", "\"other\"", IdTokenFault.AuthorizedParty }, { "azp", "1", IdTokenFault.AuthorizedParty },
        { "exp", "", IdTokenFault.Expired }, { "exp", "{now-60}", IdTokenFault.Expired }, { "exp", "\"9999999999\"", IdTokenFault.Malformed },
        { "iat", "", IdTokenFault.IssuedAt }, { "iat", "{now+61}", IdTokenFault.IssuedAt }, { "nbf", "{now+61}", IdTokenFault.IssuedAt },
        { "nonce", "", IdTokenFault.Nonce }, { "nonce", "\"other\"", IdTokenFault.Nonce }, { "nonce", "1", IdTokenFault.Nonce },
        { "sub", "", IdTokenFault.Subject }, { "sub", "\"\"", IdTokenFault.Subject }, { "sub", "7", IdTokenFault.Subject }, { "sub", "\"a\\u0000\"", IdTokenFault.Subject },
        { "at_hash", "\"AAAAAAAAAAAAAAAAAAAAAA\"", IdTokenFault.AccessTokenHash }, { "auth_time", "\"x\"", IdTokenFault.AuthTime }, { "events", "{}", IdTokenFault.Malformed },
    };

    [Theory, MemberData(nameof(OddClaims))]
    public async Task An_ID_token_with_an_odd_claim_is_refused(string name, string value, IdTokenFault fault)
    {
        await using var party = await Party.StartAsync();
        party.Provider.IdToken = claims => Change(party, claims, name, value);
        var refused = Assert.IsType<FinishOutcome.InvalidIdToken>(await party.SignInAsync());
        Assert.Equal((fault, "/diary"), (refused.Fault, refused.ReturnData));
        Assert.Equal(0, party.Provider.Calls("/userinfo"));
    }

    [Theory]
    [InlineData("aud", "[\"client one\"]"), InlineData("azp", "\"client one\""), InlineData("exp", "{now-59}"), InlineData("iat", "{now+60}"), InlineData("auth_time", "")]
    [InlineData("at_hash", "{hash}")]
    public async Task An_ID_token_within_the_rules_is_taken(string name, string value)
    {
        await using var party = await Party.StartAsync();
        if (value == "{hash}") value = $"\"{StrictBase64Url.Encode(System.Security.Cryptography.SHA256.HashData("access-1"u8).AsSpan(0, 16))}\"";
        party.Provider.IdToken = claims => Change(party, claims, name, value);
        Assert.IsType<FinishOutcome.SignedIn>(await party.SignInAsync());
    }

    [Theory]
    [InlineData("{now-360}", true), InlineData("{now-361}", false), InlineData("", false), InlineData("{now+61}", false)]
    public async Task When_max_age_was_asked_the_sign_in_must_be_that_young(string authTime, bool taken)
    {
        await using var party = await Party.StartAsync();
        party.Provider.IdToken = claims => Change(party, claims, "auth_time", authTime);
        var outcome = await party.SignInAsync(request: new SignInRequest { MaxAgeSeconds = 300 });
        if (taken) Assert.IsType<FinishOutcome.SignedIn>(outcome);
        else Assert.Equal(IdTokenFault.AuthTime, Assert.IsType<FinishOutcome.InvalidIdToken>(outcome).Fault);
    }

    [Fact]
    public async Task An_ID_token_that_is_not_signed_by_the_provider_is_refused()
    {
        await using var party = await Party.StartAsync();
        var stranger = SigningKey.Generate(SignatureAlgorithm.Es256);
        party.Provider.Signs = c => party.Provider.Sign(c, "JWT", stranger);
        Assert.Equal(IdTokenFault.Signature, await FaultAsync(party));
        party.Provider.Signs = c => party.Provider.Sign(c)[..^4] + "AAAA";
        Assert.Equal(IdTokenFault.Signature, await FaultAsync(party));
        party.Provider.Signs = c => $"{StrictBase64Url.Encode("{\"alg\":\"none\"}"u8)}.{party.Provider.Sign(c).Split('.')[1]}.";
        Assert.Equal(IdTokenFault.Algorithm, await FaultAsync(party));
        party.Provider.Signs = c => party.Provider.Sign(c, "logout+jwt");
        Assert.Equal(IdTokenFault.Malformed, await FaultAsync(party));
        party.Provider.Signs = _ => "not a token";
        Assert.Equal(IdTokenFault.Malformed, await FaultAsync(party));
        party.Provider.Signs = _ => Jws.Sign(party.Provider.Keys[0], "JWT", "[1]"u8);
        Assert.Equal(IdTokenFault.Malformed, await FaultAsync(party));
        party.Provider.Signs = null;
        party.Provider.TokenAnswer = a => a.Remove("id_token");
        Assert.Equal(IdTokenFault.Missing, await FaultAsync(party));
    }

    [Fact]
    public async Task User_info_of_another_person_is_refused()
    {
        await using var party = await Party.StartAsync();
        party.Provider.UserInfo = u => u["sub"] = "person-2";
        Assert.IsType<FinishOutcome.InvalidUserInfo>(await party.SignInAsync());
        party.Provider.UserInfo = u => u.Remove("sub");
        Assert.IsType<FinishOutcome.InvalidUserInfo>(await party.SignInAsync());
        party.Provider.TokenAnswer = a => a["access_token"] = "other";
        Assert.IsType<FinishOutcome.InvalidUserInfo>(await party.SignInAsync());
    }

    private static async Task<IdTokenFault> FaultAsync(Party party) => Assert.IsType<FinishOutcome.InvalidIdToken>(await party.SignInAsync()).Fault;

    internal static void Change(Party party, JsonObject claims, string name, string value)
    {
        claims.Remove(name);
        if (value.Length == 0) return;
        var now = party.Clock.GetUtcNow().ToUnixTimeSeconds();
        if (value.StartsWith("{now", StringComparison.Ordinal)) value = (now + int.Parse(value[4..^1])).ToString();
        claims[name] = JsonNode.Parse(value.Replace("{issuer}", party.Provider.Issuer));
    }
}
