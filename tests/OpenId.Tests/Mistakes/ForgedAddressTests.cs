using System.Net;
using Aupd.OpenId.Tests.Provider;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>Nothing that a request says of addresses is believed: neither the host it came to (ZI GHSA-2wmj-46rj-qm2w, CVE-2026-29067) nor
/// where it would like to be sent (KC CVE-2026-3872, AK CVE-2024-52289, DU CVE-2024-39694, GL GHSA-37q6-q9w8-4pr4); and what it says is never a
/// part of a page (AK CVE-2026-42849, OR GO-2026-4861).</summary>
[Collection(OneProvider.Name)]
public sealed class ForgedAddressTests(ProviderFixture fixture)
{
    private const string Evil = "evil.example";

    private static readonly (string, string)[] Forged =
    [
        ("Host", Evil), ("X-Forwarded-Host", Evil), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Prefix", "/" + Evil),
        ("X-Forwarded-Server", Evil), ("X-Original-URL", "//" + Evil), ("X-Rewrite-URL", "//" + Evil), ("Forwarded", "host=" + Evil + ";proto=https"), ("X-Host", Evil),
    ];

    [Fact]
    public async Task GHSA_2wmj_46rj_qm2w_a_forged_host_stands_in_no_answer_of_the_provider()
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("anna")).Text("id_token")!;
        var answers = new List<Seen>
        {
            await browser.GetAsync("/.well-known/openid-configuration", Forged),
            await browser.GetAsync("/connect/jwks", Forged),
            await browser.GetAsync(Address(TestBrowser.Request()), Forged),
            await browser.GetAsync(Address(TestBrowser.Request("web", ("response_mode", "form_post"))), Forged),
            await browser.GetAsync(Address(TestBrowser.Request("web", ("prompt", "login"))), Forged),
            await browser.GetAsync(Address(TestBrowser.Request("nobody")), Forged),
            await browser.PostAsync("/connect/authorize", TestBrowser.Request(), Forged),
            await browser.PostAsync("/connect/token", TestBrowser.Redeem("AAAA"), Forged),
            await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna")), Forged),
            await browser.GetAsync("/connect/userinfo", Forged),
            await browser.GetAsync("/connect/logout", Forged),
            await browser.GetAsync("/connect/logout/done", Forged),
            await browser.GetAsync("/connect/logout?id_token_hint=" + hint, Forged),
        };
        Assert.All(answers, a =>
        {
            Assert.InRange((int)a.Status, 200, 499);
            Assert.DoesNotContain(Evil, a.Body + a.Raw.Headers);
        });
        Assert.Equal(fixture.Site.Issuer, answers[0].Text("issuer"));
        Assert.Equal(fixture.Site.Issuer, answers[2].Query("iss"));
        Assert.Equal(fixture.Site.Issuer, TestBrowser.Claims(answers[8].Text("id_token")).GetProperty("iss").GetString());
    }

    /// <summary>Spellings by which a check was fooled somewhere, made of the registered address and a foreign host.</summary>
    public static TheoryData<string> Spellings(string registered)
    {
        var (host, path) = (new Uri(registered).Host, new Uri(registered).AbsolutePath);
        return
        [
            $"//{Evil}{path}", $"/\\{Evil}{path}", $"\\\\{Evil}{path}", $"https:{Evil}{path}", $"https:/{Evil}{path}", $"https:///{Evil}{path}", $"https:\\\\{host}{path}",
            $"https://{host}@{Evil}{path}", $"https://{host}:443@{Evil}{path}", $"https://{Evil}#@{host}{path}", $"https://{Evil}\\@{host}{path}", $"https://{Evil}%2f@{host}{path}",
            $"https://{Evil}?https://{host}{path}", $"https://{host}.{Evil}{path}", $"https://{Evil}/{host}{path}", $"https://{host}%2e{Evil}{path}", $"https://{host}\u3002{Evil}{path}",
            $"\thttps://{host}{path}", $"https://{host}{path}\t", $"https://{host}\n{path}", $"ht\ttps://{host}{path}", $" https://{host}{path}", $"https://{host}{path} ",
            $"https://{host}{path}/../../{Evil}", $"https://{host}{path}/..", $"https://{host}/%2e%2e{path}", $"https://{host}{path}%00", $"https://{host}{path}%0d%0aLocation:%20https://{Evil}",
            $"HTTPS://{host}{path}", $"https://{host.ToUpperInvariant()}{path}", $"https://{host}.{path}", $"https://{host}:443{path}", $"http://{host}{path}", $"https://{host}{path}#", $"https://{host}{path}?",
            $"https://{host}{path};x", $"https://{host}{path}//", $"https://x.{host}{path}", $"https://{host[..^1]}{path}", registered.Replace('.', 'x'), $"javascript:alert(1)//{host}{path}",
            $"data:text/html,<script>alert(1)</script>#{host}", $"{registered},https://{Evil}/", $"{registered} https://{Evil}/", Uri.EscapeDataString(registered), registered[..^1],
        ];
    }

    [Theory, MemberData(nameof(Spellings), "https://web.test/cb")]
    public async Task CVE_2024_39694_no_spelling_of_a_redirect_address_leads_elsewhere(string address)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        foreach (var mode in new[] { "query", "form_post" })
            foreach (var prompt in new[] { null, "none" })
                MustStay(await browser.AuthorizeAsync(TestBrowser.Request("web", ("redirect_uri", address), ("response_mode", mode), ("prompt", prompt))));
        MustStay(await browser.PostAsync("/connect/authorize", TestBrowser.Request("web", ("redirect_uri", address))));
    }

    [Theory, MemberData(nameof(Spellings), "https://web.test/bye")]
    public async Task No_spelling_of_an_address_after_sign_out_leads_elsewhere(string address)
    {
        using var browser = fixture.Browser();
        foreach (var name in new[] { "client_id", "id_token_hint" })
        {
            var proof = name == "client_id" ? "web" : (await browser.TokensAsync("anna")).Text("id_token")!;
            MustStay(await browser.GetAsync(QueryHelpers.AddQueryString("/connect/logout", new Dictionary<string, string?> { [name] = proof, ["post_logout_redirect_uri"] = address })));
        }
        Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none")))).Query("code"));
    }

    [Fact]
    public async Task CVE_2026_42849_what_a_request_says_is_never_a_part_of_a_page()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        const string Attack = "\"'></title></script><script>alert(1)</script><img src=x onerror=alert(1)>";
        var names = TestBrowser.Request().Keys.Concat(["error", "error_description", "error_hint", "error_uri", "request", "request_uri", "id_token_hint", "ui_locales", "lang", "login_hint",
            "display", "acr_values", "claims", "post_logout_redirect_uri", "logout_hint", "user_code", Attack]).Distinct().ToList();
        foreach (var name in names)
        {
            var (request, leave) = (TestBrowser.Request(), new Dictionary<string, string> { ["client_id"] = "web" });
            request[name] = leave[name] = Attack;
            var answers = new[]
            {
                await browser.AuthorizeAsync(request), await browser.PostAsync("/connect/authorize", request),
                await browser.AuthorizeAsync(new(request) { ["response_mode"] = name == "response_mode" ? Attack : "form_post" }),
                await browser.GetAsync(QueryHelpers.AddQueryString("/connect/authorize/resume", request!)),
                await browser.GetAsync(QueryHelpers.AddQueryString("/connect/logout", leave!)), await browser.PostAsync("/connect/logout", leave),
                await browser.GetAsync(QueryHelpers.AddQueryString("/connect/logout/done", leave!)), await browser.TokenAsync(request),
            };
            foreach (var answer in answers)
            {
                Assert.False(answer.Body.Contains("<script>alert", StringComparison.Ordinal) || answer.Body.Contains("<img src=x", StringComparison.Ordinal), name);
                // Descriptions are our own words: what came is not told back, not even escaped.
                Assert.DoesNotContain("alert", answer.Query("error_description") ?? "");
            }
        }
    }

    private static void MustStay(Seen seen)
    {
        Assert.True(seen.Location is null, seen.Location);
        Assert.InRange((int)seen.Status, 400, 499);
        Assert.DoesNotContain("://" + Evil, seen.Body);
        Assert.DoesNotContain("<form method=\"post\" action=\"", seen.Body);
    }

    private static string Address(Dictionary<string, string> request) => QueryHelpers.AddQueryString("/connect/authorize", request!);
}
