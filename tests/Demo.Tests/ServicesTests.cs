using System.Net;
using System.Text.Json;
using Aupd.Demo.Services;

namespace Aupd.Demo.Tests;

public sealed class ServicesTests : IAsyncLifetime
{
    private RunningServices _services = null!;

    public async Task InitializeAsync() => _services = await RunningServices.StartAsync();

    public async Task DisposeAsync() => await _services.DisposeAsync();

    [Theory]
    [InlineData("journal")]
    [InlineData("diary")]
    [InlineData("library")]
    [InlineData("portfolio")]
    [InlineData("help")]
    public async Task A_person_signs_in_and_sees_name_role_and_school(string service)
    {
        using var browser = _services.NewBrowser();
        Assert.Contains($"href=\"/{service}/login\"", await browser.PageAsync($"/{service}/"));
        var page = WebUtility.HtmlDecode(await browser.SignInAsync(service));
        Assert.Contains("Соколова Марина Викторовна", page);
        Assert.Contains("учитель, ГБОУ Школа № 1515", page);
        Assert.Contains(_services.Gateway.Url + "/choose", page);
        Assert.Contains("\"sid\": \"session-1\"", page);
        // It ends with the browser: the computer may be anybody's.
        Assert.Equal(default, Assert.Single(browser.Cookies.GetAllCookies(), c => c.Name == $"aupd-{service}").Expires);
    }

    [Fact]
    public async Task A_session_begun_at_one_node_is_known_to_the_other()
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("journal");
        Assert.Contains("logout", await browser.PageOfNodeAsync(await _services.AddNodeAsync(), "/journal/"));
    }

    [Fact]
    public async Task A_session_of_one_service_opens_no_other()
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("journal");
        Assert.DoesNotContain("logout", await browser.PageAsync("/library/"));
    }

    [Fact]
    public async Task A_parent_sees_each_child_with_school_and_class()
    {
        _services.Gateway.Claims = FakeGateway.Guardian;
        using var browser = _services.NewBrowser();
        var page = WebUtility.HtmlDecode(await browser.SignInAsync("diary"));
        foreach (var text in new[] { "Морозов Глеб Ильич", "9В, ГБОУ Вешняковская школа", "Морозова Кира Ильинична",
            "3А, ГБОУ Цифровая школа" }) Assert.Contains(text, page);
        Assert.DoesNotContain("href=\"/journal/", page);
    }

    [Fact]
    public async Task The_gateways_no_is_explained_and_leads_to_the_chooser()
    {
        _services.Gateway.Error = "access_denied";
        using var browser = _services.NewBrowser();
        var answer = await browser.GetAsync("/journal/login");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains("В журнал входят сотрудники школ.", page);
        Assert.Contains(_services.Gateway.Url + "/choose", page);
    }

    [Fact]
    public async Task A_gateway_that_is_down_gives_a_page_with_one_button()
    {
        _services.Gateway.Down = true;
        using var browser = _services.NewBrowser();
        var answer = await browser.GetAsync("/journal/login");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("href=\"/journal/login\"", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/journal/callback")]
    [InlineData("/journal/callback?code=a&state=b&iss=c")]
    [InlineData("/journal/callback?code=a&code=b&state=%00")]
    [InlineData("/journal/login?iss=https://other.example")]
    [InlineData("/journal/trouble?why=42")]
    public async Task An_odd_request_is_answered_with_a_way_to_start_again(string path)
    {
        using var browser = _services.NewBrowser();
        var answer = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("href=\"/journal/login\"", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_sign_in_that_the_gateway_begins_names_its_issuer()
    {
        using var browser = _services.NewBrowser();
        Assert.Contains("logout",
            await browser.PageAsync($"/journal/login?iss={Uri.EscapeDataString(_services.Gateway.Url)}&login_hint=x"));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_goes_on_to_the_gateway()
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("journal");
        var end = await browser.SignOutAsync("journal");
        Assert.StartsWith(_services.Gateway.Url + "/logout?", end!.ToString());
        Assert.Contains(Uri.EscapeDataString(_services.Url + "/journal/signed-out"), end.Query);
        Assert.DoesNotContain("logout", await browser.PageAsync("/journal/"));
    }

    [Fact]
    public async Task An_attempt_that_took_longer_than_an_hour_is_begun_again()
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var begun = await http.GetAsync(_services.Url + "/journal/login");
        var back = await http.GetAsync(begun.Headers.Location);
        _services.Clock.Advance(TimeSpan.FromMinutes(60));
        var end = await http.GetAsync(back.Headers.Location);
        Assert.Equal("/journal/trouble?why=Expired", end.Headers.Location!.ToString());
    }

    [Fact]
    public async Task An_answer_brought_by_another_browser_signs_nobody_in()
    {
        using var mine = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var other = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var back = await mine.GetAsync((await mine.GetAsync(_services.Url + "/journal/login")).Headers.Location);
        var end = await other.GetAsync(back.Headers.Location);
        Assert.Equal("/journal/trouble?why=Expired", end.Headers.Location!.ToString());
        Assert.DoesNotContain(end.Headers.GetValues("Cache-Control"), v => !v.Contains("no-store"));
    }

    [Fact]
    public void The_services_and_the_clients_file_name_the_same_roles_and_addresses()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "demo", "clients.json")));
        var services = file.RootElement.EnumerateArray().Where(c => c.TryGetProperty("redirectUris", out _)).ToList();
        Assert.Equal(DemoService.All.Select(s => s.Key), services.Select(c => c.GetProperty("clientId").GetString()));
        foreach (var (client, service) in services.Zip(DemoService.All))
        {
            Assert.Equal(service.Roles, client.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!));
            Assert.Equal($"{{demo}}{service.Path}callback", client.GetProperty("redirectUris")[0].GetString());
        }
    }
}
