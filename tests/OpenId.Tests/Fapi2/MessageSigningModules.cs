using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Fapi2;

/// <summary>The modules that fapi2-message-signing-final-test-plan adds for signed requests.</summary>
[Collection(SharedFapi2Site.Name)]
public sealed class MessageSigningModules(Fapi2Site site)
{
    private Fapi2Suite Suite() => new(site, "signer");

    private async Task AcceptedAsync(params (string, object?)[] changes)
    {
        using var suite = Suite();
        var request = suite.Request();
        var push = await suite.PushObjectAsync(suite.Sign(suite.RequestObject(request, changes)));
        Fapi2Suite.Issued(await suite.RedeemAsync(suite.Code(request, await suite.OpenAsync(Fapi2Suite.RequestUri(push)))));
    }

    private async Task RefusedAsync(params (string, object?)[] changes)
    {
        using var suite = Suite();
        Assert.Equal("invalid_request_object", Fapi2Suite.Refused(await suite.PushObjectAsync(suite.Sign(suite.RequestObject(suite.Request(), changes)))));
    }

    private long Now => site.Clock.GetUtcNow().ToUnixTimeSeconds();

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-with-multiple-aud-succeeds")]
    public Task Multiple_aud_succeeds() => AcceptedAsync(("aud", new[] { Fapi2Site.Issuer, "https://other1.example.com", "https://other2.example.com" }));

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted")]
    public Task Nbf_8_seconds_in_the_future_is_accepted() => AcceptedAsync(("nbf", Now + 8), ("iat", Now + 8));

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-without-exp-fails")]
    public Task Without_exp_fails() => RefusedAsync(("exp", null));

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-without-nbf-fails")]
    public Task Without_nbf_fails() => RefusedAsync(("nbf", null));

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-expired-request-object-fails")]
    public Task Expired_fails() => RefusedAsync(("exp", Now - 300));

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-with-bad-aud-fails")]
    public Task Bad_aud_fails() => RefusedAsync(("aud", "https://www.other1.example.com/"));

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-with-exp-over-60-fails")]
    public Task Exp_over_60_minutes_fails() => RefusedAsync(("exp", Now + 70 * 60));

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-with-nbf-over-60-fails")]
    public Task Nbf_over_60_minutes_ago_fails() => RefusedAsync(("nbf", Now - 70 * 60));

    [Fact(DisplayName = "a request object of FAPI is good for an hour after nbf at most, and not more than a minute ahead of it")]
    public async Task Edges_of_nbf_and_exp()
    {
        await AcceptedAsync(("nbf", Now - 3599), ("exp", Now + 1));
        await RefusedAsync(("nbf", Now - 1800), ("exp", Now + 1801));
        await RefusedAsync(("nbf", Now + 61));
    }

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-signed-request-object-with-RS256-fails")]
    public async Task Rs256_fails()
    {
        using var suite = new Fapi2Suite(site, "two");
        var claims = JsonSerializer.SerializeToUtf8Bytes(suite.RequestObject(suite.Request()));
        Assert.Equal("invalid_request_object", Fapi2Suite.Refused(await suite.PushObjectAsync(Jws.Sign(site.TwoByRs256, "oauth-authz-req+jwt", claims))));
        Fapi2Suite.RequestUri(await suite.PushObjectAsync(suite.Sign(suite.RequestObject(suite.Request()))));
    }

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-signature-algorithm-is-not-none")]
    public async Task Alg_none_fails()
    {
        using var suite = Suite();
        var payload = suite.Sign(suite.RequestObject(suite.Request())).Split('.')[1];
        var header = StrictBase64Url.Encode(Encoding.UTF8.GetBytes("""{"alg":"none","typ":"oauth-authz-req+jwt"}"""));
        Assert.Equal("invalid_request_object", Fapi2Suite.Refused(await suite.PushObjectAsync($"{header}.{payload}.")));
    }

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-request-object-with-invalid-signature-fails")]
    public async Task Invalid_signature_fails()
    {
        using var suite = Suite();
        var text = suite.Sign(suite.RequestObject(suite.Request()));
        Assert.Equal("invalid_request_object", Fapi2Suite.Refused(await suite.PushObjectAsync(text[..^8] + "AAAAAAAA")));
    }

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-matching-key-in-authorization-request")]
    public async Task Another_key_fails()
    {
        using var suite = Suite();
        var stranger = new ClientSigner(SignatureAlgorithm.Es256);
        Assert.Equal("invalid_request_object",
            Fapi2Suite.Refused(await suite.PushObjectAsync(stranger.Sign(suite.RequestObject(suite.Request()), "oauth-authz-req+jwt"))));
    }

    [Fact(DisplayName = "fapi2-security-profile-final-ensure-unsigned-request-at-par-endpoint-fails")]
    public async Task Unsigned_at_par_fails()
    {
        using var suite = Suite();
        Assert.Equal("invalid_request", await suite.RefusedPushAsync(suite.Request()));
    }

    [Fact(DisplayName = "fapi2-security-profile-final-par-authorization-request-containing-request_uri")]
    public Task A_request_uri_within_fails() => RefusedAsync(("request_uri", "urn:ietf:params:oauth:request_uri:x"));
}
