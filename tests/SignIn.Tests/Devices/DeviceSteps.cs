using System.Net;
using AngleSharp.Html.Dom;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Devices;

/// <summary>What people and thieves do with bound devices.</summary>
internal static class DeviceSteps
{
    internal const string CookieName = "aupd-school-device", SessionName = "aupd-school-session";
    internal const string Copied = "/?device=copied";
    internal const string LiveSql = "select count(*) from signin.device d join signin.account a on a.id = d.account_id where a.subject = @id and d.unbound_at is null";
    internal const string SessionsSql = "select count(*) from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.ended_at is null";

    internal static string? Token(this Browser browser) => browser.Cookie(CookieName);

    /// <param name="pin">Role and service, as the form has them.</param>
    internal static async Task<Browser> BindAsync(this GatewaySite site, Browser browser, string pin = "guardian library", string name = "Планшет на кухне")
    {
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/devices/bind");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        return await browser.SubmitAsync(("Name", name), ("Pin", pin));
    }

    /// <summary>Signed in, on a browser bound to the library.</summary>
    internal static async Task<Browser> BoundAsync(this GatewaySite site, Person person, string pin = "guardian library")
    {
        var browser = await site.BindAsync(await site.SignInAsync(person), pin);
        Assert.Equal("/cabinet/devices?done=bound", browser.Location?.PathAndQuery);
        return browser;
    }

    /// <summary>Opens the start page; returns where it ends, be that a service, a page of ours or the portal's form.</summary>
    internal static async Task<Uri> StartAsync(this GatewaySite site, Browser browser)
    {
        await browser.GetAsync(site.Service.SchoolUrl + "/");
        while (browser.Location is { } next && next.GetLeftPart(UriPartial.Authority) == site.Service.SchoolUrl)
        {
            if (next.PathAndQuery == Copied) return next;
            await browser.GetAsync(next.AbsoluteUri);
        }
        return browser.Location ?? browser.Url;
    }

    internal static void At(this GatewaySite site, string service, Uri where) =>
        Assert.Equal($"{site.Service.DemoUrl}/{service}/login", where.GetLeftPart(UriPartial.Path));

    /// <summary>Another browser that shows this token, and no session.</summary>
    internal static Browser With(this GatewaySite site, string token, string? session = null)
    {
        var browser = site.NewBrowser();
        browser.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie(CookieName, token));
        if (session is not null) browser.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie(SessionName, session));
        return browser;
    }

    /// <summary>Presses the button of the form with this handler, in the card that has this text.</summary>
    internal static Task<Browser> PressAsync(this Browser browser, string handler, string? card = null, params (string Name, string Value)[] fields)
    {
        var form = browser.Page.Forms.First(f => f.GetAttribute("action")?.EndsWith("handler=" + handler) == true
            && (card is null || f.Closest(".card")?.TextContent.Contains(card) == true));
        var values = form.Elements.OfType<IHtmlInputElement>().Where(i => i.Name is not null && fields.All(x => x.Name != i.Name))
            .Select(i => KeyValuePair.Create(i.Name!, i.Value)).Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(browser.Url, form.GetAttribute("action")!)) { Content = new FormUrlEncodedContent(values) });
    }

    internal static Task<long> CountAsync(this GatewaySite site, string sql, Person person) => site.QueryAsync<long>(sql, new { id = person.AccountId.ToString() });
}
