using System.Net;
using System.Net.Sockets;
using System.Text;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests;

/// <summary>A cookie is good for one thing, in one browser, at one host; and no path leads out of the folder of files that are for all.</summary>
public sealed partial class AttackTests
{
    private const string PortalCookie = "aupd-portal-session";

    /// <summary>A browser, every cookie as it was set, and everything that looks like a handle in the addresses it was sent to.</summary>
    private sealed record Trail(Browser Browser, List<string> SetCookies, HashSet<string> Handles)
    {
        public async Task<Trail> WalkAsync(Func<Browser, Task<Browser>> step, Func<Uri, bool> stays)
        {
            await step(Browser);
            Note();
            while (Browser.Location is { } next)
            {
                foreach (var value in System.Web.HttpUtility.ParseQueryString(next.Query) is var query ? query.AllKeys.Select(k => query[k]) : []) if (value is not null) Handles.Add(value);
                if (!stays(next)) break;
                await Browser.GetAsync(next.AbsoluteUri);
                Note();
            }
            return this;
        }

        private void Note()
        {
            if (Browser.Answer.Headers.TryGetValues("Set-Cookie", out var values)) SetCookies.AddRange(values);
        }
    }

    // A teacher's whole first sign-in, a registration that was begun, and another language.
    private async Task<Trail> WholeVisitAsync(int number)
    {
        var person = await site.TeacherAsync(number);
        var trail = new Trail(site.NewBrowser(), [], []);
        bool Ours(Uri to) => to.AbsoluteUri.StartsWith(site.Service.SchoolUrl, StringComparison.Ordinal) || to.AbsoluteUri.StartsWith(site.Service.PortalUrl, StringComparison.Ordinal);
        await trail.WalkAsync(b => b.GetAsync(site.Service.PortalUrl + "/register?lang=en"), Ours);
        await trail.WalkAsync(b => b.SubmitAsync(("Last", "Гостева"), ("First", "Анна"), ("Middle", "Павловна"), ("BirthDate", "17.05.1980")), _ => false);
        await trail.WalkAsync(b => b.GetAsync(site.Service.SchoolUrl + "/signin/start"), Ours);
        await trail.WalkAsync(b => b.SubmitAsync(("Login", person.Phone), ("Password", Person.Password)), Ours);
        Assert.Equal("/activate", trail.Browser.Url.AbsolutePath);
        await trail.WalkAsync(b => b.SubmitAsync(("Password", Person.Password)), Ours);
        Assert.Equal("/activated", trail.Browser.Url.AbsolutePath);
        return trail;
    }

    // ZI GHSA-mq4x-r2w3-j7mr: a cookie that subdomains could see and set.
    [Fact, Trait("takes", "long")]
    public async Task GHSA_mq4x_r2w3_j7mr_no_cookie_is_for_other_hosts_or_for_scripts()
    {
        var trail = await WholeVisitAsync(10);
        foreach (var kind in new[] { "aupd-school-signin-", CookieName, "aupd-school-form", PortalCookie, "aupd-portal-form", "aupd-portal-device", "aupd-portal-registration", "aupd_lang" })
            Assert.True(trail.SetCookies.Any(c => c.StartsWith(kind, StringComparison.Ordinal)), kind);
        Assert.All(trail.SetCookies, c =>
        {
            var parts = c.Split(';', StringSplitOptions.TrimEntries).Skip(1).Select(p => p.ToLowerInvariant()).ToList();
            Assert.True(parts.Contains("httponly") && parts.Contains("path=/") && parts.Contains("samesite=lax") && !parts.Any(p => p.StartsWith("domain", StringComparison.Ordinal)), c);
        });
    }

    // Over https a cookie is for https alone, and its name keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3.2).
    [Fact, Trait("takes", "long")]
    public async Task GHSA_mq4x_r2w3_j7mr_over_https_no_other_host_of_the_domain_can_plant_a_cookie()
    {
        var ports = ProgramProcess.FreePorts(2);
        await using var service = await RunningService.StartAsync(new Dictionary<string, string?>
        {
            ["Sites:SchoolPort"] = $"{ports[0]}", ["Sites:PortalPort"] = $"{ports[1]}", ["Sites:SchoolUrl"] = "https://school.region.test", ["Sites:PortalUrl"] = "https://portal.region.test",
            ["Sites:TrustedProxies"] = "127.0.0.1", ["Portal:Messages:Mode"] = "send", ["Portal:Messages:SmtpHost"] = "127.0.0.1", ["Portal:Messages:SmsUrl"] = "http://127.0.0.1:9/",
        });
        using var proxy = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { DefaultRequestHeaders = { { "X-Forwarded-Proto", "https" }, { "Accept", "text/html" } } };
        var seen = new List<string>();
        foreach (var page in new[] { $"http://127.0.0.1:{ports[0]}/write-to-us?lang=en", $"http://127.0.0.1:{ports[1]}/login", $"http://127.0.0.1:{ports[1]}/register", $"http://127.0.0.1:{ports[1]}/recover" })
        {
            using var answer = await proxy.GetAsync(page);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("max-age=63072000", answer.Headers.GetValues("Strict-Transport-Security").Single());
            seen.AddRange(answer.Headers.GetValues("Set-Cookie"));
        }
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        new Sessions.SessionCookie(new Kernel.Http.SiteIdentity("school", "https://school.region.test")).SetSession(http);
        seen.AddRange(http.Response.Headers.SetCookie!);
        // A proxy that does not say that it was reached by https changes nothing of that.
        using var silent = new HttpClient(new HttpClientHandler { UseCookies = false });
        using (var answer = await silent.GetAsync($"http://127.0.0.1:{ports[0]}/?lang=en"))
            seen.AddRange(answer.Headers.GetValues("Set-Cookie").Where(c => c.StartsWith("aupd_lang=", StringComparison.Ordinal)));
        var languages = seen.Where(c => c.StartsWith("aupd_lang=", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, languages.Count);
        Assert.All(languages, c => Assert.Contains("; secure", c, StringComparison.OrdinalIgnoreCase));
        // The language is no secret and decides nothing: every site reads the same one.
        foreach (var cookie in seen.Where(c => !c.StartsWith("aupd_lang=", StringComparison.Ordinal)))
            Assert.True(cookie.StartsWith("__Host-aupd-", StringComparison.Ordinal) && cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase) && cookie.Contains("path=/;", StringComparison.OrdinalIgnoreCase), cookie);
        Assert.True(seen.Count >= 4, string.Join('\n', seen));
    }

    // LL CVE-2026-19349: the state of a sign-in lay beside the sessions and was taken for one. ZI CVE-2026-109373: ids could be guessed.
    [Fact, Trait("takes", "long")]
    public async Task CVE_2026_19349_nothing_but_its_own_session_passes_for_a_session()
    {
        var trail = await WholeVisitAsync(11);
        var values = trail.Browser.Cookies.GetAllCookies().Concat(trail.SetCookies.Select(c => c.Split(';')[0].Split('=', 2)).Select(p => new Cookie(p[0], p[1]))).Where(c => c.Value.Length > 0).ToList();
        var own = new Dictionary<string, string> { [CookieName] = trail.Browser.Cookie(CookieName)!, [PortalCookie] = trail.Browser.Cookie(PortalCookie)! };
        var known = (await site.QueryAsync<string>("""
            select string_agg(distinct v, ' ') from (
                select unnest(array[sid, account_id::text, encode(id_hash, 'hex'), rtrim(translate(encode(id_hash, 'base64'), '+/', '-_'), '=')]) v from signin.session
                union all select unnest(array[id::text, account_id::text, encode(secret_hash, 'hex'), rtrim(translate(encode(secret_hash, 'base64'), '+/', '-_'), '=')]) from portal.session
                union all select id::text from signin.profile) ids
            """))!.Split(' ');
        foreach (var (name, page) in new[] { (CookieName, site.Service.SchoolUrl + "/cabinet"), (PortalCookie, site.Service.PortalUrl + "/profile") })
        {
            var strangers = values.Where(c => c.Name != name).Select(c => c.Value).Concat(trail.Handles).Concat(known).Concat(known.Select(k => k.Replace("-", ""))).Distinct().ToList();
            Assert.True(strangers.Count > 20, $"{strangers.Count} values");
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(page, name, own[name]));
            foreach (var value in strangers) Assert.True(await StatusAsync(page, name, value) is HttpStatusCode.Found or HttpStatusCode.SeeOther, $"{name}={value}");
        }
    }

    // GL GHSA-fq95-6mv5-cq45; and AU CVE-2021-32637: an address that two readers read differently opened what was closed.
    [Fact]
    public async Task GHSA_fq95_6mv5_cq45_no_path_leads_out_of_the_files_or_past_a_closed_door()
    {
        string[] ways =
        [
            "/../appsettings.json", "/theme/../../appsettings.json", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "/theme/..%2f..%2fAupd.Web.dll", "/theme/%2e%2e%5c%2e%2e%5cetc/passwd", "/theme/....//....//etc/passwd",
            "/theme//etc/passwd", "//etc/passwd", "/theme/%00/../x", "/theme/site.css%00.html", "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd", "/theme/..;/..;/etc/passwd", "/.git/config", "/.env", "/Aupd.Web.dll", "/appsettings.json", "/wwwroot/",
            "/cabinet;x", "/cabinet/..;/cabinet", "//cabinet", "/CABINET", "/cabinet%2f", "/x/../cabinet", "/./cabinet", "/cabinet?x=/..", "/cabinet#x", "/cabinet%00", "/cabinet%20", "/account", "/profile%2e", "/admin/clients", "/admin/clients/", "/ADMIN/clients", "//admin/clients",
            "/admin/clients/..%2f..", "/admin/%63lients", "/x/../admin/clients", "/admin/clients%3f",
        ];
        foreach (var root in new[] { site.Service.SchoolUrl, site.Service.PortalUrl })
            foreach (var way in ways)
            {
                var (head, body) = await RawAsync(new Uri(root), way);
                var status = int.Parse(head.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
                // A door in another spelling is the same closed door: whoever is a stranger is led to the start or gets nothing.
                Assert.True(status is >= 300 and < 500, $"{root}{way}: {head.Split('\r')[0]}");
                foreach (var secret in new[] { "root:", "MasterKey", "ConnectionString", "MZ\u0090", "repositoryformatversion", "\"clients\"" }) Assert.DoesNotContain(secret, body);
            }
    }

    private static async Task<HttpStatusCode> StatusAsync(string page, string cookie, string value)
    {
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, page);
        request.Headers.TryAddWithoutValidation("Cookie", $"{cookie}={value}");
        request.Headers.Accept.ParseAdd("text/html");
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    // As it stands, which a client would set straight.
    private static async Task<(string Head, string Body)> RawAsync(Uri root, string target)
    {
        using var socket = new TcpClient("127.0.0.1", root.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost:{root.Port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var parts = (await reader.ReadToEndAsync()).Split("\r\n\r\n", 2);
        return (parts[0], parts.Length > 1 ? parts[1] : "");
    }
}
