using System.Text.Json;
using Aupd.Demo.Region;
using Aupd.TestKit;

namespace Aupd.Journeys;

/// <summary>A television without a keyboard shows a code, a parent lets it in from a phone. docs/journeys/device-sign-in.md tells the
/// same.</summary>
[Collection(Region.Name)]
public sealed class DeviceSignIn(DemoRegionRunning region)
{
    private const string Client = "diary-tv";

    private static DemoPerson Parent => DemoPeople.ParentOfTwo;

    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task A_parent_types_the_code_and_the_television_shows_the_diary(int width, string language, bool dark, bool javaScript)
    {
        using var television = new TestBrowser(region.Service.SchoolUrl);
        var codes = await AskAsync(television);
        await using var visitor = await region.VisitAsync("device", new Look(width, language, dark, javaScript));
        await visitor.OpenAsync(codes.Text("verification_uri")!);
        await visitor.SubmitAsync(("user_code", "BCD"));
        await visitor.ExpectTextAsync(visitor.Say("восемь латинских букв", "eight Latin letters"));
        await visitor.SubmitAsync(("user_code", codes.Text("user_code")!.ToLowerInvariant().Replace("-", " ")));
        await SignInAsync(visitor);
        await visitor.ExpectHeadingAsync("Войти на другом экране?", "Sign in on another screen?");
        await visitor.ExpectTextAsync(codes.Text("user_code")!);
        Assert.Equal("authorization_pending", (await PollAsync(television, codes)).Text("error"));

        await visitor.PressAsync("Подтвердить", "Confirm");
        await visitor.ExpectHeadingAsync("Готово", "Done");
        var tokens = await PollAsync(television, codes);
        var person = (await television.UserInfoAsync(tokens.Text("access_token")!)).Json;
        Assert.Equal("guardian", person.GetProperty("active_role").GetProperty("role").GetString());
        Assert.Equal(JsonValueKind.Array, person.GetProperty("children").ValueKind);
    }

    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task A_stranger_who_sent_a_link_is_not_let_in(int width, string language, bool dark, bool javaScript)
    {
        using var stranger = new TestBrowser(region.Service.SchoolUrl);
        var codes = await AskAsync(stranger);
        await using var visitor = await region.VisitAsync("device-stranger", new Look(width, language, dark, javaScript));
        await visitor.OpenAsync(codes.Text("verification_uri_complete")!);
        await SignInAsync(visitor);
        await visitor.PressAsync("Это не я", "Not me");
        await visitor.ExpectHeadingAsync("Экран не впущен", "The screen was not let in");
        Assert.Equal("access_denied", (await PollAsync(stranger, codes)).Text("error"));
        await visitor.OpenAsync(codes.Text("verification_uri_complete")!);
        await visitor.ExpectTextAsync(visitor.Say("Такого кода нет", "There is no such code"));
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/device/confirm?request=old");
        await visitor.ExpectHeadingAsync("Код больше не действует", "The code is no longer good");
    }

    // Straight to the portal, unless the start page comes first.
    private static async Task SignInAsync(Visitor visitor)
    {
        if (visitor.Page.Url.StartsWith(visitor.Service.SchoolUrl)) await visitor.StartSignInAsync();
        await visitor.EnterPortalAsync(Parent);
    }

    private static async Task<Seen> AskAsync(TestBrowser device)
    {
        var codes = await device.PostAsync("/connect/device_authorization", new Dictionary<string, string>
            { ["client_id"] = Client, ["scope"] = "openid profile roles children offline_access" });
        Assert.True(codes.Status == System.Net.HttpStatusCode.OK, codes.Body);
        return codes;
    }

    private static Task<Seen> PollAsync(TestBrowser device, Seen codes) => device.TokenAsync(new Dictionary<string, string>
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code", ["client_id"] = Client, ["device_code"] = codes.Text("device_code")!,
    });
}
