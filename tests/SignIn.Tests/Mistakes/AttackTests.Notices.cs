using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn.Tests;

/// <summary>What the portal has truly signed, in the wrong place or once more.</summary>
public sealed partial class AttackTests
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout", CredentialChange = "https://schemas.openid.net/secevent/caep/event-type/credential-change";

    private async Task<string> PortalSignsAsync(JsonObject claims, string typ) =>
        await site.Service.Portal.Services.GetRequiredService<ITokenSigner>().SignAsync(SignatureAlgorithm.Es256, typ, Encoding.UTF8.GetBytes(claims.ToJsonString()), default);

    // As the portal writes them; "who" stands as sub in the one and as sub_id in the other.
    private JsonObject Notice(Person who, string jti, string audience = "school")
    {
        var now = site.Clock.GetUtcNow().ToUnixTimeSeconds();
        return new()
        {
            ["iss"] = site.Service.PortalUrl, ["sub"] = who.AccountId.ToString(), ["aud"] = audience, ["iat"] = now, ["exp"] = now + 120, ["jti"] = jti,
            ["events"] = new JsonObject { [LogoutEvent] = new JsonObject() },
        };
    }

    private JsonObject News(Person who, string jti, string audience = "school")
    {
        var now = site.Clock.GetUtcNow().ToUnixTimeSeconds();
        return new()
        {
            ["iss"] = site.Service.PortalUrl, ["aud"] = audience, ["iat"] = now, ["jti"] = jti,
            ["sub_id"] = new JsonObject { ["format"] = "iss_sub", ["iss"] = site.Service.PortalUrl, ["sub"] = who.AccountId.ToString() },
            ["events"] = new JsonObject { [CredentialChange] = new JsonObject { ["credential_type"] = "password", ["change_type"] = "update", ["event_timestamp"] = now } },
        };
    }

    private async Task<HttpStatusCode> TellAsync(string token, bool leaves)
    {
        using var http = new HttpClient();
        HttpContent content = leaves ? new FormUrlEncodedContent([KeyValuePair.Create("logout_token", token)])
            : new ByteArrayContent(Encoding.ASCII.GetBytes(token)) { Headers = { ContentType = new MediaTypeHeaderValue("application/secevent+jwt") } };
        using var answer = await http.PostAsync(site.Service.SchoolUrl + (leaves ? "/signin/backchannel-logout" : "/events/portal"), content);
        return answer.StatusCode;
    }

    private Task<long> SessionsAsync(Person person) => site.QueryAsync<long>(
        "select count(*) from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.ended_at is null", new { id = person.AccountId.ToString() });

    // Back-Channel Logout §2.6: whoever has seen a notice of the portal must not be able to sign the person out with it for ever.
    [Fact, Trait("takes", "long")]
    public async Task A_notice_of_the_portal_ends_nothing_that_began_after_it()
    {
        var parent = await site.ParentAsync(12);
        foreach (var leaves in new[] { true, false })
        {
            await site.SignInAsync(parent);
            Assert.NotEqual(0, await SessionsAsync(parent));
            site.Clock.Advance(TimeSpan.FromSeconds(2));
            var token = leaves ? await PortalSignsAsync(Notice(parent, "seen-once"), "logout+jwt") : await PortalSignsAsync(News(parent, "news-once"), "secevent+jwt");
            Assert.True((int)await TellAsync(token, leaves) is 200 or 202);
            Assert.Equal(0, await SessionsAsync(parent));
            site.Clock.Advance(TimeSpan.FromSeconds(2));
            await site.SignInAsync(parent);
            var copies = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TellAsync(token, leaves)));
            Assert.All(copies, c => Assert.True((int)c is 200 or 202, $"{c}"));
            Assert.Equal(1, await SessionsAsync(parent));
        }
    }

    [Fact]
    public async Task A_changed_second_step_ends_no_session_and_is_told_as_what_it_is()
    {
        var parent = await site.ParentAsync(15);
        using var browser = await site.SignInAsync(parent);
        site.Clock.Advance(TimeSpan.FromSeconds(2));
        var news = News(parent, "passkey-once");
        news["events"]![CredentialChange]!["credential_type"] = "fido2-platform";
        Assert.Equal(HttpStatusCode.Accepted, await TellAsync(await PortalSignsAsync(news, "secevent+jwt"), leaves: false));
        Assert.Equal(1, await SessionsAsync(parent));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Второй шаг входа изменён на портале", browser.Text);
        Assert.DoesNotContain("Пароль изменён", browser.Text);
    }

    // What is taken for fourteen days must be known as taken for longer.
    [Fact, Trait("takes", "long")]
    public async Task A_notice_of_the_portal_is_remembered_for_as_long_as_it_could_be_brought_again()
    {
        var parent = await site.ParentAsync(14);
        await site.SignInAsync(parent);
        var news = News(parent, "disabled-once");
        news["events"] = new JsonObject { ["https://schemas.openid.net/secevent/risc/event-type/account-disabled"] = new JsonObject() };
        var token = await PortalSignsAsync(news, "secevent+jwt");
        Assert.Equal(HttpStatusCode.Accepted, await TellAsync(token, leaves: false));
        Assert.Equal(0, await SessionsAsync(parent));
        site.Clock.Advance(TimeSpan.FromDays(14));
        await ActivatorUtilities.CreateInstance<Sessions.PruneExpired>(site.Service.School.Services).RunAsync(default);
        await site.SignInAsync(parent);
        Assert.Equal(HttpStatusCode.Accepted, await TellAsync(token, leaves: false));
        Assert.Equal(1, await SessionsAsync(parent));
        site.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.BadRequest, await TellAsync(token, leaves: false));
    }

    [Fact, Trait("takes", "long")]
    public async Task What_the_portal_signed_for_something_else_ends_no_session()
    {
        var parent = await site.ParentAsync(13);
        await site.SignInAsync(parent);
        site.Clock.Advance(TimeSpan.FromSeconds(2));
        JsonObject With(JsonObject claims, string name, JsonNode? value)
        {
            if (value is null) claims.Remove(name);
            else claims[name] = value;
            return claims;
        }
        var id = With(With(Notice(parent, "n1"), "events", null), "nonce", "n");
        (JsonObject Claims, string Typ, bool Leaves)[] wrong =
        [
            (Notice(parent, "n2", "diary"), "logout+jwt", true), (Notice(parent, "n3"), "secevent+jwt", true), (Notice(parent, "n4"), "secevent+jwt", false), (Notice(parent, "n5"), "at+jwt", true), (id, "JWT", true), (id, "logout+jwt", true),
            (With(Notice(parent, "n6"), "nonce", "n"), "logout+jwt", true), (With(Notice(parent, "n7"), "iss", site.Service.SchoolUrl), "logout+jwt", true), (With(Notice(parent, "n8"), "jti", null), "logout+jwt", true),
            (With(Notice(parent, "n9"), "exp", site.Clock.GetUtcNow().ToUnixTimeSeconds() - 61), "logout+jwt", true), (With(Notice(parent, "n10"), "iat", site.Clock.GetUtcNow().ToUnixTimeSeconds() - 7200), "logout+jwt", true),
            (News(parent, "s1", "diary"), "secevent+jwt", false), (News(parent, "s2"), "logout+jwt", false), (News(parent, "s3"), "secevent+jwt", true), (News(parent, "s4"), "JWT", false), (With(News(parent, "s5"), "iss", site.Service.SchoolUrl), "secevent+jwt", false),
        ];
        foreach (var (claims, typ, leaves) in wrong) Assert.True(await TellAsync(await PortalSignsAsync(claims, typ), leaves) == HttpStatusCode.BadRequest, $"{typ} at {(leaves ? "logout" : "events")}: {claims.ToJsonString()}");
        // And what the gateway itself signs is no word of the portal's.
        var own = await site.Get<ITokenSigner>().SignAsync(SignatureAlgorithm.Es256, "logout+jwt", Encoding.UTF8.GetBytes(Notice(parent, "own").ToJsonString()), default);
        Assert.Equal(HttpStatusCode.BadRequest, await TellAsync(own, leaves: true));
        Assert.Equal(1, await SessionsAsync(parent));
        Assert.Equal(HttpStatusCode.OK, await TellAsync(await PortalSignsAsync(Notice(parent, "right"), "logout+jwt"), leaves: true));
        Assert.Equal(0, await SessionsAsync(parent));
    }
}
