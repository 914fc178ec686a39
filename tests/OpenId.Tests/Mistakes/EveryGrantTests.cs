using System.Net;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>What is asked of one grant is asked of every grant (KC CVE-2026-9798, -16103, -88770: lock-out was checked in some only). The
/// discovery document names them, so a new one is tried from the day it is there.</summary>
[Collection(OneProvider.Name)]
public sealed class EveryGrantTests(ProviderFixture fixture)
{
    private delegate Task<Seen> Use();

    /// <param name="OfPerson">Somebody stands behind it; else the client for itself.</param>
    /// <param name="PrepareAsync">Makes all that is needed, for a person and a client; the last step is left.</param>
    private sealed record Grant(bool OfPerson, OpenIdClient Client, Func<TestBrowser, string, Task<Use>> PrepareAsync)
    {
        /// <summary>Of what is no good any more; RFC 8693 §2.2.2 has another word for it.</summary>
        public string Error { get; init; } = "invalid_grant";
        /// <summary>What was refused once stays refused. A token that is exchanged is only shown.</summary>
        public bool IsSpent { get; init; } = true;
    }

    private readonly Dictionary<string, Grant> _grants = new()
    {
        [GrantTypes.AuthorizationCode] = new(true, ProviderFixture.Client("every-code"), async (http, person) =>
        {
            var code = await http.CodeAsync(person, TestBrowser.Request("every-code"));
            return () => http.TokenAsync(TestBrowser.Redeem(code, "every-code"));
        }),
        [GrantTypes.RefreshToken] = new(true, ProviderFixture.Client("every-refresh"), async (http, person) =>
        {
            var token = (await http.TokensAsync(person, "every-refresh")).Text("refresh_token")!;
            return () => http.RefreshAsync(token, "every-refresh");
        }),
        [GrantTypes.DeviceCode] = new(true, ProviderFixture.Client("every-device") with { RedirectUris = [], GrantTypes = [GrantTypes.DeviceCode] }, async (http, person) =>
        {
            var screen = await Screen.AskAsync(http, "every-device");
            using var phone = new Browser(fixture.Site.Url);
            await screen.LetInAsync(phone, person);
            return () => screen.PollAsync();
        }),
        [GrantTypes.TokenExchange] = new(true, ServiceClients.Acting("every-exchange", ServiceClients.DiaryApi, ServiceClients.LibraryApi), async (http, person) =>
        {
            await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("every-front") with { Resources = [ServiceClients.DiaryApi] }, default);
            var code = await http.CodeAsync(person, TestBrowser.Request("every-front", ("resource", ServiceClients.DiaryApi)));
            var token = (await http.TokenAsync(TestBrowser.Redeem(code, "every-front"))).Text("access_token")!;
            return () => http.ExchangeAsync(token, "every-exchange");
        }) { Error = "invalid_request", IsSpent = false },
        [GrantTypes.ClientCredentials] = new(false, ServiceClients.Service("every-service"), (http, _) => Task.FromResult<Use>(() => http.OwnTokenAsync("every-service"))),
    };

    [Fact]
    public async Task Every_grant_of_the_discovery_document_is_tried_here()
    {
        using var http = fixture.Browser();
        var named = (await http.GetAsync("/.well-known/openid-configuration")).Json.GetProperty("grant_types_supported").EnumerateArray().Select(g => g.GetString()!);
        Assert.Equal(named.Order(StringComparer.Ordinal), _grants.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task CVE_2026_88770_no_grant_gives_tokens_of_a_disabled_person()
    {
        using var http = fixture.Browser();
        foreach (var (type, grant) in _grants.Where(g => g.Value.OfPerson))
        {
            var use = await PreparedAsync(http, grant, "disabled-" + grant.Client.ClientId);
            fixture.People.Disabled["disabled-" + grant.Client.ClientId] = true;
            Assert.True((await use()).Text("error") == grant.Error, type);
            fixture.People.Disabled.Clear();
            if (grant.IsSpent) Assert.True((await use()).Text("error") == grant.Error, type);
        }
    }

    [Fact]
    public async Task No_grant_outlives_the_sign_in_that_it_rests_on()
    {
        using var http = fixture.Browser();
        foreach (var (type, grant) in _grants.Where(g => g.Value.OfPerson))
        {
            var person = "signed-out-" + grant.Client.ClientId;
            var use = await PreparedAsync(http, grant, person);
            await fixture.Site.Grants.EndSessionsAsync([.. fixture.People.Sessions.Values.Where(s => s.Subject == person).Select(s => s.SessionId)], default);
            Assert.True((await use()).Text("error") == grant.Error, type);
        }
    }

    // KC CVE-2026-3009: a prepared request outlived the switching-off.
    [Fact]
    public async Task CVE_2026_3009_no_client_uses_a_grant_that_was_taken_from_its_registration_since()
    {
        using var http = fixture.Browser();
        foreach (var (type, grant) in _grants)
        {
            var use = await PreparedAsync(http, grant, "narrowed");
            var other = grant.Client with { GrantTypes = [type == GrantTypes.AuthorizationCode ? GrantTypes.DeviceCode : GrantTypes.AuthorizationCode], RedirectUris = ["https://narrowed.test/cb"] };
            Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(other, default));
            var refused = await use();
            Assert.True((refused.Status, refused.Text("error")) == (HttpStatusCode.BadRequest, "unauthorized_client"), $"{type}: {refused.Body}");
        }
    }

    [Fact]
    public async Task No_grant_of_a_removed_client_is_good_for_it_or_for_its_successor()
    {
        using var http = fixture.Browser();
        foreach (var (type, grant) in _grants)
        {
            var use = await PreparedAsync(http, grant, "left-over");
            Assert.True(await fixture.Site.Clients.RemoveAsync(grant.Client.ClientId, default));
            Assert.True((await use()).Text("error") == "invalid_client", type);
            await fixture.Site.Clients.RegisterAsync(grant.Client, default);
            if (grant is { OfPerson: true, IsSpent: true }) Assert.True((await use()).Text("error") == grant.Error, type);
        }
    }

    // Twice: that the first is good shows that a refusal of the second has the one reason.
    private async Task<Use> PreparedAsync(TestBrowser http, Grant grant, string person)
    {
        Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(grant.Client, default));
        var good = await (await grant.PrepareAsync(http, person))();
        Assert.True(good.Status == HttpStatusCode.OK, good.Body);
        return await grant.PrepareAsync(http, person);
    }
}
