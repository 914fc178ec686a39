using System.Net;
using System.Text.RegularExpressions;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Qr;

/// <summary>What a test does with a screen and a phone.</summary>
internal static partial class Screens
{
    internal const string Windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
    internal const string Android = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36";

    /// <summary>A browser that shows a code.</summary>
    internal static async Task<Browser> ScreenAsync(this GatewaySite site, string page = "/qr/screen", string userAgent = Windows, string? address = null)
    {
        var screen = site.NewBrowser();
        screen.Headers.UserAgent.ParseAdd(userAgent);
        if (address is not null) screen.Headers.Add("X-Forwarded-For", address);
        await screen.GetAsync(site.Service.SchoolUrl + page);
        Assert.Equal(HttpStatusCode.OK, screen.Status);
        return screen;
    }

    internal static string Number(this Browser screen) => Digits().Replace(screen.Page.QuerySelector("#code .big")!.TextContent, "");

    internal static string Tag(this Browser screen) => screen.Page.QuerySelector("#code")!.GetAttribute("data-tag")!;

    /// <summary>What a camera reads from the page: the path is drawn back into squares and compared with codes of the links that the database has.</summary>
    internal static async Task<string> LinkAsync(this GatewaySite site, Browser screen)
    {
        var drawn = screen.Page.QuerySelector("#code path")!.GetAttribute("d");
        var kept = await site.Get<Aupd.SignIn.Qr.ScreenCodes>().OfNumberAsync(Aupd.SignIn.Qr.ScreenNumber.TryParse(screen.Number())!, default);
        var url = $"{site.Service.SchoolUrl}/qr/{kept!.Link.Text}";
        Assert.Equal(Aupd.SignIn.Qr.QrImage.Of(url).Path, drawn);
        return url;
    }

    /// <summary>A phone that has the question before it, by the link.</summary>
    internal static async Task<Browser> OpenAsync(this Browser phone, string link)
    {
        await phone.GetAsync(link);
        return await phone.FollowAsync();
    }

    internal static Task<Browser> PickAsync(this Browser phone, string number) => phone.SubmitAsync(("number", number), ("answer", "allow"));

    internal static Task<Browser> RefuseAsync(this Browser phone) => phone.SubmitAsync(("answer", "refuse"), ("who", phone.Value("who")), ("role", phone.Value("role")));

    internal static string Value(this Browser browser, string field) => browser.Page.QuerySelector($"[name={field}]")!.GetAttribute("value")!;

    /// <summary>By the number typed, without a camera.</summary>
    internal static async Task<Browser> TypeAsync(this GatewaySite site, Browser phone, string number)
    {
        await phone.GetAsync(site.Service.SchoolUrl + "/qr");
        await phone.SubmitAsync(("Number", number));
        return await phone.FollowAsync();
    }

    [GeneratedRegex(@"\D")] private static partial Regex Digits();
}
