using Aupd.Kernel.People;
using Aupd.OpenId.RelyingParty;
using Aupd.Portal.Doors;
using Aupd.Portal.Sessions;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Provider;

/// <summary>The gateway's way through the portal, with the relying party that the gateway itself uses.</summary>
public sealed class PortalProviderTests(SiteBeforeFakeSchool site) : IClassFixture<SiteBeforeFakeSchool>
{
    [Fact]
    public async Task The_gateway_is_told_all_that_the_contract_promises()
    {
        var person = await site.NewPersonAsync(a =>
            a with { MadeFromRecordId = "pupil-77", CreatedAt = new DateTimeOffset(2024, 2, 3, 4, 5, 6, TimeSpan.Zero) });
        using var browser = site.NewBrowser();
        var signedIn = await SignInAsync(browser, person, new SignInRequest());
        Assert.Equal(person.Id.ToString(), signedIn.Subject);
        var expected = new Dictionary<string, string>
        {
            ["family_name"] = "Иванова", ["given_name"] = "Мария", ["middle_name"] = "Петровна", ["name"] = "Иванова Мария Петровна",
            ["preferred_username"] = person.Login, ["made_from_record_id"] = "pupil-77", ["account_created_at"] = "2024-02-03T04:05:06Z",
            ["birthdate"] = "1985-03-08", ["email"] = person.Email, ["phone_number"] = person.Phone, ["snils"] = person.Snils,
        };
        foreach (var (name, value) in expected) Assert.Equal((name, value), (name, signedIn.Text(name)));
        foreach (var name in new[] { "email_verified", "phone_number_verified", "snils_confirmed" }) Assert.True(
            signedIn.Claim(name)!.Value.GetBoolean());
    }

    [Fact]
    public async Task What_an_account_does_not_have_is_left_out()
    {
        var person = await site.NewPersonAsync(a => a with
        {
            Name = PersonName.TryCreate("Ли", "Ян", null)!, Snils = null, SnilsConfirmed = false, Phone = null, Email = null,
                BirthDate = null,
        });
        using var browser = site.NewBrowser();
        var signedIn = await SignInAsync(browser, person, new SignInRequest());
        foreach (var name in new[] { "middle_name", "made_from_record_id", "birthdate", "email", "email_verified", "phone_number",
            "phone_number_verified", "snils" })
            Assert.Null(signedIn.Claim(name));
        Assert.False(signedIn.Claim("snils_confirmed")!.Value.GetBoolean());
    }

    [Fact]
    public async Task Whoever_is_signed_in_passes_without_a_page_and_prompt_login_asks_again()
    {
        var person = await site.NewPersonAsync();
        using var browser = site.NewBrowser();
        await SignInAsync(browser, person, new SignInRequest());
        var (url, pending) = await BeginAsync(new SignInRequest());
        Assert.IsType<FinishOutcome.SignedIn>(await FinishAsync(await ToSchoolAsync(browser, url), pending));
        site.Clock.Advance(TimeSpan.FromSeconds(5));
        var again = await SignInAsync(browser, person, new SignInRequest { Prompt = "login" });
        Assert.Equal(site.Clock.GetUtcNow().ToUnixTimeSeconds(), again.IdToken.Root.GetProperty("auth_time").GetInt64());
    }

    [Fact]
    public async Task An_old_sign_in_is_made_anew_when_max_age_says_so()
    {
        var person = await site.NewPersonAsync();
        using var browser = site.NewBrowser();
        await SignInAsync(browser, person, new SignInRequest());
        site.Clock.Advance(TimeSpan.FromSeconds(61));
        await SignInAsync(browser, person, new SignInRequest { MaxAgeSeconds = 60 });
        var (url, pending) = await BeginAsync(new SignInRequest { MaxAgeSeconds = 60 });
        Assert.IsType<FinishOutcome.SignedIn>(await FinishAsync(await ToSchoolAsync(browser, url), pending));
    }

    [Fact]
    public async Task The_login_hint_stands_in_the_form()
    {
        using var browser = site.NewBrowser();
        var (url, _) = await BeginAsync(new SignInRequest { LoginHint = "ivanov-7" });
        await browser.GetAsync(url);
        await browser.FollowAsync();
        Assert.Equal("ivanov-7", browser.Page.QuerySelector("#Login")!.GetAttribute("value"));
    }

    [Fact]
    public async Task An_account_disabled_after_its_code_was_issued_gets_no_token()
    {
        var person = await site.NewPersonAsync();
        using var browser = site.NewBrowser();
        var (url, pending) = await BeginAsync(new SignInRequest());
        var back = await ToSchoolAsync(browser, url, person);
        await using (var scope = site.Scope()) await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(person.Id, "test");
        Assert.IsType<FinishOutcome.TokenRefused>(await FinishAsync(back, pending));
    }

    [Fact, Trait("takes", "long")]
    public async Task Signing_out_of_the_portal_is_told_to_the_gateway()
    {
        var person = await site.NewPersonAsync();
        using var browser = site.NewBrowser();
        await SignInAsync(browser, person, new SignInRequest());
        var session = Assert.Single(await site.Get<PortalSessions>().ListAsync(person.Id));
        site.LogoutTokens.Clear();
        await browser.GetAsync(site.Url + "/logout");
        await browser.SubmitAsync();
        await Eventually.HoldsAsync("a logout token", () => !site.LogoutTokens.IsEmpty);
        Assert.True(site.LogoutTokens.TryDequeue(out var form));
        var token = QueryHelpers.ParseQuery(form)["logout_token"].ToString();
        var notice = Assert.IsType<LogoutTokenOutcome.Valid>(await site.Client.ReadLogoutTokenAsync(token, null, default)).Notice;
        Assert.Equal(session.Id.ToString(), notice.SessionId);
    }

    private async Task<(string Url, PendingSignIn Pending)> BeginAsync(SignInRequest request)
    {
        var ready = Assert.IsType<BeginOutcome.Ready>(await site.Client.BeginAsync(request, default));
        return (ready.Url, ready.Pending);
    }

    private async Task<FinishOutcome.SignedIn> SignInAsync(Browser browser, Person person, SignInRequest request)
    {
        var (url, pending) = await BeginAsync(request);
        return Assert.IsType<FinishOutcome.SignedIn>(await FinishAsync(await ToSchoolAsync(browser, url, person), pending));
    }

    /// <summary>Goes through the portal until it sends the browser back; fills the form when a person is given, and must not see one
    /// otherwise.</summary>
    private async Task<Uri> ToSchoolAsync(Browser browser, string url, Person? person = null)
    {
        await browser.GetAsync(url);
        for (var i = 0; i < 10; i++)
        {
            if (browser.Location is { } next)
            {
                if (next.AbsoluteUri.StartsWith(site.SchoolUrl, StringComparison.Ordinal)) return next;
                await browser.GetAsync(next.AbsoluteUri);
            }
            else
            {
                Assert.NotNull(person);
                await browser.SubmitAsync(("Login", person.Login), ("Password", PortalSite.Password));
            }
        }
        throw new InvalidOperationException($"Never came back from {browser.Url}.");
    }

    private Task<FinishOutcome> FinishAsync(Uri back, PendingSignIn pending) =>
        site.Client.FinishAsync(new QueryCollection(QueryHelpers.ParseQuery(back.Query)), pending, default);
}
