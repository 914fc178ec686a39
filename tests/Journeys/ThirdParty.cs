using Aupd.Demo.Region;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Journeys;

/// <summary>A service of somebody else asks for data; the parent refuses, allows, and takes it back. docs/journeys/third-party.md tells the
/// same.</summary>
[Collection(Region.Name)]
public sealed class ThirdParty(DemoRegionRunning region)
{
    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task A_parent_allows_a_club_to_know_the_children_and_takes_it_back(int width, string language, bool dark, bool javaScript)
    {
        var ask = await RegisterAsync();
        await using var visitor = await region.VisitAsync("third-party", new Look(width, language, dark, javaScript));
        await visitor.SignInAsync(DemoPeople.ParentOfTwo);

        await visitor.OpenAsync(ask);
        await visitor.ExpectHeadingAsync("Разрешить доступ?", "Allow access?");
        await visitor.ExpectTextAsync(visitor.Say("Клуб «Ромашка»", "Daisy Club"));
        await visitor.ExpectTextAsync(visitor.Say("имена, школы и классы ваших детей", "the names, schools and classes of your children"));
        await visitor.PressAsync("Не разрешать", "Do not allow");
        Assert.Contains("error=access_denied", visitor.Page.Url);

        await visitor.OpenAsync(ask);
        await visitor.PressAsync("Разрешить", "Allow");
        Assert.Contains("code=", visitor.Page.Url);
        await visitor.Page.GotoAsync(ask);
        Assert.Contains("code=", visitor.Page.Url);

        await visitor.OpenAsync(region.Service.SchoolUrl + "/cabinet/security");
        await visitor.PressAsync("Доступ сторонних сервисов", "Access of third parties");
        await visitor.ExpectTextAsync(visitor.Say("Кружки рядом", "Clubs nearby"));
        await visitor.ClickAsync(visitor.Page.Locator("main .card button"));
        await visitor.ExpectTextAsync(visitor.Say("Доступ закрыт", "The access is closed"));
        await visitor.OpenAsync(ask);
        await visitor.ExpectHeadingAsync("Разрешить доступ?", "Allow access?");
    }

    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task A_clubs_own_screen_asks_on_the_page_where_it_is_let_in(int width, string language, bool dark, bool javaScript)
    {
        await RegisterAsync();
        using var screen = new TestBrowser(region.Service.SchoolUrl);
        var codes = await screen.PostAsync("/connect/device_authorization", new Dictionary<string, string>
            { ["client_id"] = "clubs", ["client_secret"] = TestBrowser.Secret, ["scope"] = "openid profile children offline_access" });
        await using var visitor = await region.VisitAsync("third-party-device", new Look(width, language, dark, javaScript));
        await visitor.SignInAsync(DemoPeople.ParentOfTwo);
        await visitor.OpenAsync(codes.Text("verification_uri_complete")!);
        await visitor.ExpectTextAsync(visitor.Say("Клуб «Ромашка»", "Daisy Club"));
        await visitor.PressAsync("Это не я", "Not me");
    }

    // The demo's help page stands for the club's: it takes no notice of what comes with the address.
    private async Task<string> RegisterAsync()
    {
        var back = region.Service.DemoUrl + "/help/";
        var outcome = await region.Service.School.Services.GetRequiredService<IClients>().RegisterAsync($$"""
            {"clientId":"clubs","name":"Кружки рядом","nameEnglish":"Clubs nearby","secret":"{{TestBrowser.Secret}}","redirectUris":["{{back}}"],
             "thirdParty":true,"owner":"Клуб «Ромашка»","ownerEnglish":"Daisy Club","scopes":["openid","profile","children","offline_access"],
             "grantTypes":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:device_code"]}
            """, default);
        Assert.IsType<RegisterClientOutcome.Registered>(outcome);
        return QueryHelpers.AddQueryString(region.Service.SchoolUrl + "/connect/authorize",
            TestBrowser.Request("clubs", ("redirect_uri", back), ("scope", "openid profile children offline_access"))!);
    }
}
