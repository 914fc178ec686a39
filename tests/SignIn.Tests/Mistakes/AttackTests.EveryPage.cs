using System.Net;
using Aupd.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn.Tests;

/// <summary>What holds for every page of both sites, found by their routes: a new page is held to it from its first day.</summary>
public sealed partial class AttackTests
{
    private const string Evil = "evil.example";

    private static readonly (string Name, string Value)[] ForgedHeaders =
    [
        ("Host", Evil), ("X-Forwarded-Host", Evil), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/" + Evil), ("X-Forwarded-Server", Evil), ("X-Host", Evil),
        ("X-Original-URL", "//" + Evil), ("X-Rewrite-URL", "//" + Evil), ("Forwarded", $"host={Evil};proto=https"), ("Referer", $"https://{Evil}/"), ("Origin", $"https://{Evil}"),
    ];

    // Whatever a page may read, now or some day.
    private static readonly string[] Names =
    [
        "return", "returnUrl", "ReturnUrl", "back", "next", "url", "to", "continue", "redirect", "redirect_uri", "target", "request", "state", "why", "topic", "Topic", "iss", "target_link_uri",
        "post_logout_redirect_uri", "lang", "hint", "login_hint", "number", "notice", "Notice", "saved", "Ended", "again", "anew", "user_code", "ui_locales", "id", "service", "page", "from", "until", "before", "after", "handler", "error", "error_description", "error_uri",
    ];

    [Fact, Trait("takes", "long")]
    public async Task GHSA_2wmj_46rj_qm2w_no_page_believes_a_forged_host()
    {
        foreach (var browser in await VisitorsAsync(14))
            foreach (var page in Pages())
            {
                var request = new HttpRequestMessage(HttpMethod.Get, page);
                foreach (var (name, value) in ForgedHeaders) request.Headers.TryAddWithoutValidation(name, value);
                await browser.SendAsync(request);
                Assert.True((int)browser.Status < 500 || page.EndsWith("/portal-down", StringComparison.Ordinal), $"{page}: {browser.Status}");
                Assert.False($"{browser.Answer.Headers}{browser.Page.DocumentElement.OuterHtml}".Contains(Evil, StringComparison.OrdinalIgnoreCase), page);
            }
    }

    [Fact, Trait("takes", "long")]
    public async Task CVE_2024_39694_no_page_leads_to_another_site_whatever_its_address_says()
    {
        string[] spellings = [$"https://{Evil}/", $"//{Evil}/", $"/\\{Evil}/", $"/\t/{Evil}/", $"\\\\{Evil}/", $"https:{Evil}", $"http://localhost@{Evil}/", $"javascript:location='//{Evil}'", "\"><script>alert(1)</script>"];
        foreach (var browser in await VisitorsAsync(15))
            foreach (var page in Pages())
                foreach (var spelling in spellings)
                {
                    await browser.GetAsync(QueryHelpers.AddQueryString(page, Names.ToDictionary(n => n, _ => (string?)spelling)));
                    Assert.True((int)browser.Status < 500 || page.EndsWith("/portal-down", StringComparison.Ordinal), $"{page}: {browser.Status}");
                    var leads = browser.Page.QuerySelectorAll("[href], [action], [src], [formaction]").SelectMany(e => new[] { "href", "action", "src", "formaction" }.Select(e.GetAttribute))
                        .Append(browser.Answer.Headers.Location?.OriginalString).Concat(browser.Page.QuerySelectorAll("meta[http-equiv=refresh]").Select(m => m.GetAttribute("content"))).OfType<string>();
                    Assert.All(leads, to => Assert.False(LeadsAway(browser.Url, to), $"{page} leads to {to}"));
                    Assert.False(browser.Page.QuerySelectorAll("script").Any(s => s.TextContent.Contains("alert", StringComparison.Ordinal)), page);
                }
    }

    // LO issue 8990: what PostgreSQL cannot keep came as far as PostgreSQL.
    [Fact, Trait("takes", "long")]
    public async Task LO_8990_no_page_fails_by_a_NUL_or_broken_letters_in_its_address()
    {
        string[] odd = ["a%00b", "%FF%FE", "%EF%BF%BE", "%zz", "-1", "99999999999999999999", "00000000-0000-0000-0000-000000000000"];
        foreach (var browser in await VisitorsAsync(18))
            foreach (var page in Pages())
                foreach (var value in odd)
                {
                    await browser.GetAsync($"{page}?{string.Join('&', Names.Select(n => $"{n}={value}"))}");
                    Assert.True((int)browser.Status < 500 || page.EndsWith("/portal-down", StringComparison.Ordinal), $"{page} with {value}: {browser.Status}");
                }
    }

    [Fact, Trait("takes", "long")]
    public async Task LO_8990_no_form_of_a_page_fails_by_what_is_in_it()
    {
        string[] odd = ["a\0b", "\uFFFE", "-1", new string('x', 5_000)];
        var forms = 0;
        foreach (var browser in await VisitorsAsync(19))
            foreach (var page in Pages().Where(p => !p.Contains("sign-out", StringComparison.Ordinal) && !p.Contains("logout", StringComparison.Ordinal)))
            {
                await (await browser.GetAsync(page)).FollowAsync();
                var from = browser.Url;
                foreach (var form in browser.Page.Forms.Where(f => f.Method == "post").ToList())
                {
                    var action = form.GetAttribute("action") is { Length: > 0 } given ? new Uri(from, given) : from;
                    if (action.AbsolutePath.Contains("out", StringComparison.Ordinal)) continue;
                    forms++;
                    var fields = form.Elements.Select(e => (Name: e.GetAttribute("name"), Value: e.GetAttribute("value") ?? "")).Where(f => f.Name is not null).ToList();
                    foreach (var value in odd)
                    {
                        // The form's own token stays good, or nothing behind it would be reached.
                        var content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name!, f.Name!.EndsWith("token", StringComparison.OrdinalIgnoreCase) ? f.Value : value)));
                        await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, action) { Content = content });
                        Assert.True((int)browser.Status < 500 || browser.Status == HttpStatusCode.ServiceUnavailable, $"{from} -> {action} with {value[..Math.Min(20, value.Length)]}: {browser.Status}");
                    }
                }
            }
        Assert.True(forms > 20, $"{forms} forms");
    }

    // RFC 9700 §4.16: what can be framed can be pressed unseen.
    [Fact, Trait("takes", "long")]
    public async Task No_page_can_be_framed_or_is_kept_by_anyone()
    {
        foreach (var browser in await VisitorsAsync(16))
            foreach (var page in Pages())
            {
                await browser.GetAsync(page);
                if (browser.Answer.Content.Headers.ContentType?.MediaType != "text/html") continue;
                string Header(string name) => string.Join(", ", browser.Answer.Headers.TryGetValues(name, out var values) ? values : []);
                Assert.True(Header("Content-Security-Policy").Contains("frame-ancestors 'none'", StringComparison.Ordinal) && Header("Content-Security-Policy").Contains("default-src 'none'", StringComparison.Ordinal), page);
                Assert.True(Header("Cache-Control").Contains("no-store", StringComparison.Ordinal), page);
                Assert.Equal("no-referrer", Header("Referrer-Policy"));
            }
    }

    // A form of another site does nothing anywhere, and what was posted is never sent on (RFC 9700 §4.12: not by 307 or 308).
    [Fact, Trait("takes", "long")]
    public async Task No_page_takes_a_form_of_another_site_or_sends_one_on()
    {
        var visitors = await VisitorsAsync(17);
        foreach (var browser in visitors)
            foreach (var page in Pages().Where(p => !p.Contains("/connect/", StringComparison.Ordinal) && !p.EndsWith("/health", StringComparison.Ordinal)))
            {
                await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, page)
                {
                    Content = new FormUrlEncodedContent(new[] { "Login", "Password", "NewPassword", "Phone", "Email", "Code", "handler", "request", "answer" }.Select(n => KeyValuePair.Create(n, "x"))),
                });
                var refused = browser.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed;
                // A stranger may be sent to sign in, by a redirect that makes a GET of the form.
                var sentAway = browser == visitors[0] && browser.Status is HttpStatusCode.Found or HttpStatusCode.SeeOther;
                Assert.True(refused || sentAway || page.Contains("/problem/", StringComparison.Ordinal), $"{page}: {browser.Status}");
            }
    }

    private async Task<Browser[]> VisitorsAsync(int number) => [site.NewBrowser(), await site.ActivatedAsync(await site.TeacherAsync(number))];

    /// <summary>Everything that may be asked for by GET on either site, but what the file of a theme is.</summary>
    private List<string> Pages()
    {
        var pages = new[] { (site.Service.SchoolUrl, site.Service.School), (site.Service.PortalUrl, site.Service.Portal) }.SelectMany(s => ((IEndpointRouteBuilder)s.Item2).DataSources
            .SelectMany(d => d.Endpoints).OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") != false)
            .Select(e => s.Item1 + "/" + e.RoutePattern.RawText!.TrimStart('/').Replace("{status:int}", "404"))).Where(p => !p.Contains('{') && !p.Contains("/dev/", StringComparison.Ordinal)).Distinct().ToList();
        Assert.True(pages.Count > 40, $"{pages.Count} pages");
        // Those that sign out come last, else the rest would be seen by a stranger.
        return [.. pages.OrderBy(p => p.Contains("sign-out", StringComparison.Ordinal) || p.Contains("logout", StringComparison.Ordinal))];
    }

    // As a browser reads an address: backslashes are slashes, tabs and line breaks are nothing.
    private static bool LeadsAway(Uri page, string to)
    {
        var read = to.Replace("\t", "").Replace("\n", "").Replace("\r", "").Trim();
        if (read.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase) || read.StartsWith("data:text", StringComparison.OrdinalIgnoreCase)) return true;
        var slashes = read.Split('?')[0].Replace('\\', '/');
        return slashes.StartsWith("//", StringComparison.Ordinal) || (Uri.TryCreate(page, slashes, out var uri) && uri.Host.Contains(Evil, StringComparison.OrdinalIgnoreCase));
    }
}
