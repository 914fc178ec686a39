using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Badges;

/// <summary>A badge is less than a password, and services may say which they need (decision 52).</summary>
public sealed class BadgeAcrTests(BadgeSite site) : IClassFixture<BadgeSite>
{
    [Fact, Trait("takes", "long")]
    public async Task A_service_that_demands_a_password_gets_one_and_a_wish_asks_nobody()
    {
        var child = await site.ChildAsync(14);
        using var teacher = await site.LeaderAsync(12, "2Б");
        using var browser = await site.EnterAsync(await site.PrintOneAsync(teacher, 14));
        await browser.GetAsync(site.Service.SchoolUrl + "/.well-known/openid-configuration");
        Assert.Contains("\"acr_values_supported\":[\"urn:aupd:acr:badge\",\"urn:aupd:acr:password\",\"urn:aupd:acr:two-factor\"]", browser.Page.Body!.TextContent);
        const string password = "urn:aupd:acr:password";
        await browser.GetAsync(Authorize("&acr_values=" + password));
        Assert.Contains("code=", browser.Location?.Query);
        var demand = "&claims=" + Uri.EscapeDataString("""{"id_token":{"acr":{"essential":true,"value":"PASSWORD"}}}""".Replace("PASSWORD", password, StringComparison.Ordinal));
        await browser.GetAsync(Authorize(demand + "&prompt=none"));
        Assert.Contains("error=login_required", browser.Location?.Query);
        site.Clock.Advance(TimeSpan.FromSeconds(2));
        await browser.GetAsync(Authorize(demand));
        await browser.FollowAsync();
        Assert.Equal(site.Service.PortalUrl + "/login", browser.Url.GetLeftPart(UriPartial.Path));
        await browser.SubmitAsync(("Login", child.Phone), ("Password", Person.Password));
        while (browser.Location is { } next && !next.AbsoluteUri.StartsWith(site.Service.DemoUrl, StringComparison.Ordinal)) await browser.GetAsync(next.AbsoluteUri);
        Assert.Contains("code=", browser.Location?.Query);
        Assert.StartsWith("usual pwd ", await site.QueryAsync<string>(BadgeSignInTests.SessionSql.Replace(" || ' ' || s.idle_minutes", "") + " order by s.created_at desc limit 1", new { id = child.AccountId.ToString() }));

        string Authorize(string more) => $"{site.Service.SchoolUrl}/connect/authorize?client_id=library&response_type=code&scope=openid&code_challenge_method=S256"
            + $"&code_challenge={new string('A', 43)}&redirect_uri={Uri.EscapeDataString(site.Service.DemoUrl + "/library/callback")}{more}";
    }
}
