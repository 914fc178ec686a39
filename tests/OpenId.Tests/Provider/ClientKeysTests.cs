using System.Net;
using System.Text;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>Clients that publish their keys at an address and change them by themselves; and what FAPI 2.0 asks of an assertion.</summary>
public sealed class ClientKeysTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private static readonly ClientSigner Successor = new(SignatureAlgorithm.Ps256);
    private readonly ClientSigner _old = new(SignatureAlgorithm.Es256), _new = Successor;
    private TestSite _site = null!;
    private JwksServer _server = null!;
    private TestBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        (_site, _server) = (await TestSite.StartAsync(new TestPeople(), _clock, settings: new Dictionary<string, string?> { ["OpenId:BackchannelTimeoutSeconds"] = "1" }), await JwksServer.StartAsync(_old));
        _browser = new TestBrowser(_site.Url);
        await RegisterAsync("web", _server.Uri);
    }

    public async Task DisposeAsync()
    {
        _browser.Dispose();
        await _site.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task RegisterAsync(string id, string uri) => Assert.IsType<RegisterClientOutcome.Registered>(
        await _site.Clients.RegisterAsync(_old.Client(id) with { Jwks = null, JwksUri = uri }, default));

    /// <summary>Is the assertion taken? A request that goes on to fail for its grant_type has passed.</summary>
    private async Task<bool> TakesAsync(ClientSigner signer, string id = "web", params (string, object?)[] claims)
    {
        var assertion = signer.Sign(ClientSigner.Claims(id, _site.Issuer, _clock.GetUtcNow(), claims));
        var seen = await _browser.TokenAsync(TestBrowser.Redeem("x", id, [.. ClientSigner.Proof(assertion), ("grant_type", "none-such")]));
        Assert.Contains(seen.Text("error"), new[] { "unsupported_grant_type", "invalid_client" });
        return seen.Text("error") == "unsupported_grant_type";
    }

    [Fact]
    public async Task Keys_are_fetched_once_and_kept_for_ten_minutes()
    {
        for (var i = 0; i < 5; i++) Assert.True(await TakesAsync(_old));
        Assert.Equal(1, _server.Asked);
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(await TakesAsync(_old));
        Assert.Equal(2, _server.Asked);
    }

    [Fact]
    public async Task A_client_changes_its_key_by_itself()
    {
        Assert.True(await TakesAsync(_old));
        _clock.Advance(TimeSpan.FromSeconds(5));
        _server.Publish(_old, _new);
        Assert.True(await TakesAsync(_new));
        Assert.True(await TakesAsync(_old));
        _server.Publish(_new);
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(await TakesAsync(_new));
        Assert.False(await TakesAsync(_old));
    }

    // Module oidcc-refresh-token-rp-key-rotation.
    [Fact]
    public async Task A_refresh_token_is_used_on_after_the_client_has_changed_its_key()
    {
        Dictionary<string, object> Claims() => ClientSigner.Claims("web", _site.Issuer, _clock.GetUtcNow());
        var first = await _browser.TokenAsync(TestBrowser.Redeem(await _browser.CodeAsync("anna"), "web", ClientSigner.Proof(_old.Sign(Claims()))));
        Assert.Equal(HttpStatusCode.OK, first.Status);
        _server.Publish(_new);
        _clock.Advance(TimeSpan.FromSeconds(6));
        var refreshed = await _browser.RefreshAsync(first.Text("refresh_token")!, "web", ClientSigner.Proof(_new.Sign(Claims())));
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
    }

    [Fact]
    public async Task Messages_with_unknown_keys_do_not_make_us_ask_more_than_once_in_five_seconds()
    {
        Assert.True(await TakesAsync(_old));
        var stranger = new ClientSigner(SignatureAlgorithm.Es256);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TakesAsync(stranger)));
        Assert.All(answers, Assert.False);
        Assert.Equal(1, _server.Asked);
        _clock.Advance(TimeSpan.FromSeconds(5));
        answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TakesAsync(stranger)));
        Assert.All(answers, Assert.False);
        Assert.Equal(2, _server.Asked);
        Assert.True(await TakesAsync(_old));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_first_requests_fetch_the_keys_once()
    {
        _server.Delay = TimeSpan.FromMilliseconds(200);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TakesAsync(_old)));
        Assert.All(answers, Assert.True);
        Assert.Equal(1, _server.Asked);
    }

    [Fact]
    public async Task When_the_clients_server_fails_the_old_keys_serve_for_an_hour()
    {
        Assert.True(await TakesAsync(_old));
        _server.Status = HttpStatusCode.InternalServerError;
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.True(await TakesAsync(_old));
        Assert.Equal(2, _server.Asked);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await TakesAsync(_old));
        _server.Status = HttpStatusCode.OK;
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await TakesAsync(_old));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_redirect_a_huge_document_a_slow_answer_and_no_key_set_prove_nobody()
    {
        var good = _server.Document;
        async Task RefusedAsync()
        {
            Assert.False(await TakesAsync(_old));
            _clock.Advance(TimeSpan.FromSeconds(5));
        }
        _server.Status = HttpStatusCode.Redirect;
        await RefusedAsync();
        _server.Status = HttpStatusCode.OK;
        _server.Document = [.. good, .. Encoding.ASCII.GetBytes(new string(' ', 64 * 1024))];
        await RefusedAsync();
        foreach (var document in new[] { "", "[]", "{}", "{\"keys\":[]}", "{\"keys\":{}}", "<html>", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}", "{\"keys\":[],\"keys\":[]}" })
        {
            _server.Document = Encoding.UTF8.GetBytes(document);
            await RefusedAsync();
        }
        _server.Document = good;
        _server.Delay = TimeSpan.FromSeconds(3);
        await RefusedAsync();
        _server.Delay = default;
        Assert.True(await TakesAsync(_old));
    }

    [Fact]
    public async Task Another_address_is_another_set_of_keys_at_once()
    {
        await using var second = await JwksServer.StartAsync(_new);
        Assert.True(await TakesAsync(_old));
        await RegisterAsync("web", second.Uri);
        Assert.True(await TakesAsync(_new));
        Assert.False(await TakesAsync(_old));
    }

    [Fact]
    public async Task One_clients_keys_are_not_anothers()
    {
        await using var second = await JwksServer.StartAsync(_new);
        await RegisterAsync("other", second.Uri);
        Assert.True(await TakesAsync(_new, "other"));
        Assert.False(await TakesAsync(_new, "web"));
        Assert.False(await TakesAsync(_old, "other"));
    }

    [Fact]
    public async Task Keys_at_a_private_address_are_not_fetched_unless_that_is_allowed()
    {
        await using var guarded = await TestSite.StartAsync(new TestPeople(), _clock, settings: new Dictionary<string, string?> { ["OpenId:AllowPrivateBackchannel"] = "false" });
        await guarded.Clients.RegisterAsync(_old.Client("web") with { Jwks = null, JwksUri = _server.Uri }, default);
        using var browser = new TestBrowser(guarded.Url);
        var assertion = _old.Sign(ClientSigner.Claims("web", guarded.Issuer, _clock.GetUtcNow()));
        Assert.Equal("invalid_client", (await browser.TokenAsync(TestBrowser.Redeem("x", "web", ClientSigner.Proof(assertion)))).Text("error"));
        Assert.Equal(0, _server.Asked);
    }

    [Fact, Trait("takes", "long")]
    public async Task An_assertion_is_good_once_on_two_nodes_and_after_a_restart()
    {
        var database = await TestPostgres.NewDatabaseAsync();
        const string Issuer = "https://school.region.test";
        var one = await TestSite.StartAsync(new TestPeople(), _clock, database, Issuer);
        await one.Clients.RegisterAsync(_old.Client("web"), default);
        await using var two = await TestSite.StartAsync(new TestPeople(), _clock, database, Issuer);
        TestBrowser[] nodes = [new(one.Url), new(two.Url)];
        var assertion = _old.Sign(ClientSigner.Claims("web", Issuer, _clock.GetUtcNow()));
        Dictionary<string, string> Form() => TestBrowser.Redeem("x", "web", [.. ClientSigner.Proof(assertion), ("grant_type", "none-such")]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => nodes[i % 2].TokenAsync(Form())));
        Assert.Single(answers, a => a.Text("error") == "unsupported_grant_type");
        Assert.Equal(29, answers.Count(a => a.Text("error") == "invalid_client"));
        await one.DisposeAsync();
        await using var three = await TestSite.StartAsync(new TestPeople(), _clock, database, Issuer);
        using var later = new TestBrowser(three.Url);
        Assert.Equal("invalid_client", (await later.TokenAsync(Form())).Text("error"));
        foreach (var node in nodes) node.Dispose();
    }

    // Modules fapi2-security-profile-final-ensure-client-assertion-with-*-fails: the issuer as one string, ES256 or PS256.
    [Fact]
    public async Task A_fapi2_client_names_the_issuer_as_one_string_and_signs_by_es256_or_ps256()
    {
        var rs256 = new ClientSigner(SignatureAlgorithm.Rs256);
        foreach (var (id, signer) in new[] { ("es", _old), ("ps", _new), ("rs", rs256) })
            Assert.IsType<RegisterClientOutcome.Registered>(await _site.Clients.RegisterAsync(signer.Client(id) with { Profile = "fapi2" }, default));
        Assert.True(await TakesAsync(_old, "es"));
        Assert.True(await TakesAsync(_new, "ps"));
        Assert.False(await TakesAsync(rs256, "rs"));
        foreach (object audience in new object[] { new[] { _site.Issuer }, _site.Issuer + "/connect/token", new[] { _site.Issuer, _site.Issuer + "/connect/token" }, _site.Issuer + "/connect/par" })
            Assert.False(await TakesAsync(_old, "es", ("aud", audience)));
        Assert.True(await TakesAsync(_old, "es", ("iat", _clock.GetUtcNow().ToUnixTimeSeconds() + 8)));
        Assert.False(await TakesAsync(_old, "es", ("iat", _clock.GetUtcNow().ToUnixTimeSeconds() + 61)));
    }
}
