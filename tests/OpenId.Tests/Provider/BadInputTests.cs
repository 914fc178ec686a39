using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Aupd.OpenId.Tests.Provider;

public sealed class BadInputTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private static readonly string[] Endpoints = ["/connect/token", "/connect/par", "/connect/device_authorization", "/connect/authorize", "/connect/logout", "/connect/userinfo", "/connect/logout/confirm", "/device/confirm"];

    public static TheoryData<string, string, byte[]> Bodies()
    {
        const string Form = "application/x-www-form-urlencoded";
        var data = new TheoryData<string, string, byte[]>
        {
            { "nothing", Form, [] },
            { "NUL", Form, "client_id=web%00&grant_type=authorization_code&code=%00&request=%00&access_token=%00&post_logout_redirect_uri=%00"u8.ToArray() },
            { "raw NUL", Form, "client_id=web\0&code=\0"u8.ToArray() },
            { "bad UTF-8", Form, [.. "client_id=web&code="u8, 0xC3, 0x28, 0xFF] },
            { "bad escapes", Form, "client_id=%zz&code=%&id_token_hint=%4"u8.ToArray() },
            { "only separators", Form, "&&&===&=&"u8.ToArray() },
            { "JSON", "application/json", "{\"grant_type\":\"authorization_code\"}"u8.ToArray() },
            { "JSON called a form", Form, "{\"grant_type\":\"authorization_code\"}"u8.ToArray() },
            { "multipart", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nx\r\n--x--\r\n"u8.ToArray() },
            { "a strange type", "application/x-www-form-urlencoded; charset=utf-99", "a=b"u8.ToArray() },
            { "thousands of parameters", Form, Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 5000).Select(i => $"p{i}=x"))) },
            { "one huge value", Form, Encoding.ASCII.GetBytes("client_id=" + new string('x', 200_000)) },
            { "more than the server takes", Form, Encoding.ASCII.GetBytes("client_id=" + new string('x', 2_000_000)) },
            { "a repeated parameter", Form, "grant_type=a&grant_type=b&client_id=web&client_id=web"u8.ToArray() },
        };
        return data;
    }

    [Theory, MemberData(nameof(Bodies))]
    public async Task Whatever_is_posted_the_answer_is_a_plain_refusal(string what, string type, byte[] body)
    {
        using var browser = fixture.Browser();
        foreach (var endpoint in Endpoints)
        {
            var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            Seen seen;
            try { seen = await browser.SendAsync(HttpMethod.Post, endpoint, content); }
            catch (HttpRequestException) when (body.Length > 1 << 20) { continue; } // The server may close before it has read all.
            Assert.True((int)seen.Status is >= 300 and < 500, $"{what} at {endpoint}: {(int)seen.Status}");
            if (endpoint == "/connect/token") Assert.Contains(seen.Text("error"), new[] { "invalid_request", "invalid_client" });
        }
    }

    [Theory]
    [InlineData("a=%00")]
    [InlineData("client_id=%FF%FE")]
    [InlineData("request=%00")]
    [InlineData("request=AAAA")]
    [InlineData("client_id[]=web")]
    [InlineData("client_id=web&redirect_uri=https%3A%2F%2Fweb.test%2Fcb&id_token_hint=a.b.c.d.e")]
    [InlineData("post_logout_redirect_uri=%00&state=%0d%0aSet-Cookie:x=1")]
    public async Task Whatever_is_asked_the_answer_is_a_plain_refusal(string query)
    {
        using var browser = fixture.Browser();
        foreach (var endpoint in new[] { "/connect/authorize", "/connect/authorize/resume", "/connect/logout", "/connect/logout/resume", "/connect/userinfo" })
            Assert.InRange((int)(await browser.GetAsync($"{endpoint}?{query}")).Status, 300, 499);
    }

    [Fact]
    public async Task A_line_break_in_state_stays_in_state()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("state", "a\r\nSet-Cookie: x=1")));
        Assert.Equal("a\r\nSet-Cookie: x=1", seen.Query("state"));
        Assert.Null(seen.Header("Set-Cookie"));
    }

    [Theory]
    [InlineData("GET", "/connect/token")]
    [InlineData("PUT", "/connect/token")]
    [InlineData("DELETE", "/connect/userinfo")]
    [InlineData("POST", "/.well-known/openid-configuration")]
    [InlineData("POST", "/connect/jwks")]
    [InlineData("GET", "/connect/logout/confirm")]
    public async Task A_wrong_method_is_named_so(string method, string path)
    {
        using var browser = fixture.Browser();
        var seen = await browser.SendAsync(new HttpMethod(method), path, null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, seen.Status);
        Assert.NotNull(seen.Header("Allow"));
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_of_its_body_harms_nobody()
    {
        var uri = new Uri(fixture.Site.Url);
        using (var socket = new TcpClient("127.0.0.1", uri.Port))
            await socket.GetStream().WriteAsync("POST /connect/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant_type=auth"u8.ToArray());
        using var browser = fixture.Browser();
        Assert.Equal(HttpStatusCode.OK, (await browser.TokensAsync("anna")).Status);
    }
}
