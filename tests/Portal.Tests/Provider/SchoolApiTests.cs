using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Doors;
using Aupd.Portal.Passwords;
using Aupd.Portal.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Provider;

public sealed class SchoolApiTests(PortalSite site) : IClassFixture<PortalSite>
{
    private readonly HttpClient _http = new();

    private string Secret => Convert.ToHexStringLower(site.Service.Shared.Sealer.Key("portal-client-secret"));

    [Fact]
    public async Task The_gateway_is_told_whether_a_password_is_right()
    {
        var person = await site.NewPersonAsync();
        Assert.Equal((200, $$"""{"result":"correct","version":{{await VersionAsync(person.Id)}}}"""), await CheckAsync(person.Id, PortalSite.Password));
        Assert.Equal((200, """{"result":"wrong"}"""), await CheckAsync(person.Id, "not the password"));
        Assert.Equal((200, """{"result":"wrong"}"""), await CheckAsync(Guid.CreateVersion7(), PortalSite.Password));
        await using (var scope = site.Scope()) await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(person.Id, "test");
        Assert.Equal((200, """{"result":"disabled"}"""), await CheckAsync(person.Id, PortalSite.Password));
        Assert.Equal(3, await site.AskAsync<long>(
            "select count(*) from kernel.audit where act = 'portal.password-checked' and subject = @id",
                new { id = person.Id.ToString() }));
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_check_and_not_the_sign_in()
    {
        var person = await site.NewPersonAsync();
        for (var i = 0; i < 5; i++) Assert.Equal((200, """{"result":"wrong"}"""), await CheckAsync(person.Id, "not the password"));
        Assert.Equal((200, """{"result":"locked"}"""), await CheckAsync(person.Id, PortalSite.Password));
        using var browser = await site.SignedInAsync(person);
        site.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.StartsWith("""{"result":"correct",""", (await CheckAsync(person.Id, PortalSite.Password)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_password_has_a_greater_version()
    {
        const string next = "семь вёсел и один руль";
        var person = await site.NewPersonAsync();
        var before = await VersionAsync(person.Id);
        using var browser = await site.SignedInAsync(person);
        await browser.GetAsync("/profile/password");
        await browser.SubmitAsync(("Old", PortalSite.Password), ("New", next));
        var version = await VersionAsync(person.Id);
        Assert.True(version > before);
        Assert.Equal((200, $$"""{"result":"correct","version":{{version}}}"""), await CheckAsync(person.Id, next));
    }

    [Fact]
    public async Task The_password_of_a_childs_sheet_is_not_one_to_hand_on()
    {
        var person = await site.NewPersonAsync();
        var (status, body) = await PostAsync("/api/first-password", Form(("sub", person.Id.ToString()), ("order", Guid.CreateVersion7().ToString()), ("by", Guid.Empty.ToString())));
        Assert.Equal(200, status);
        var first = JsonDocument.Parse(body).RootElement.GetProperty("password").GetString()!;
        Assert.Equal((200, """{"result":"first"}"""), await CheckAsync(person.Id, first));
        Assert.Equal((200, """{"result":"wrong"}"""), await CheckAsync(person.Id, PortalSite.Password));
    }

    [Fact]
    public async Task An_unknown_account_costs_the_same_hash()
    {
        var before = site.Get<HashGate>().Begun;
        await CheckAsync(Guid.CreateVersion7(), PortalSite.Password);
        Assert.Equal(1, site.Get<HashGate>().Begun - before);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic !!!")]
    [InlineData("Basic c2Nob29s")]
    [InlineData("Basic c2Nob29sOg==")]
    [InlineData("Basic c2Nob29sOnNlY3JldA==")]
    [InlineData("Bearer c2Nob29s")]
    public async Task Whoever_is_not_the_gateway_learns_nothing(string? authorization)
    {
        var before = site.Get<HashGate>().Begun;
        foreach (var path in new[] { "/api/password-check", "/api/login-issued", "/api/child-account", "/api/first-password", "/api/family-news", "/api/sessions-end" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post,
                site.Url + path) { Content = Form(("sub", Guid.CreateVersion7().ToString()), ("password", "x"), ("login", "x")) };
            if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var answer = await _http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Basic", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        }
        Assert.Equal(before, site.Get<HashGate>().Begun);
    }

    [Fact]
    public async Task A_bad_form_is_named()
    {
        var id = Guid.CreateVersion7().ToString();
        (string, string)[][] forms =
        [
            [], [("sub", id)], [("sub", "x"), ("password", "x")], [("sub", id), ("password", "")],
                [("sub", id), ("password", "a"), ("password", "b")],
            [("sub", id), ("password", new string('a', 2001))],
        ];
        foreach (var form in forms)
        {
            var (status, body) = await PostAsync("/api/password-check", Form(form));
            Assert.Equal(400, status);
            Assert.Contains("invalid_request", body);
        }
        Assert.Equal(400, (await PostAsync("/api/password-check", new StringContent("{}", Encoding.UTF8, "application/json"))).Status);
        foreach (var login in new[] { "", "иванов", "a b", "a\0b", new string('a', 65) })
            Assert.Equal(400, (await PostAsync("/api/login-issued", Form(("sub", id), ("login", login)))).Status);
    }

    [Fact]
    public async Task An_issued_login_signs_in_and_belongs_to_one_person_for_good()
    {
        var (mine, other) = (await site.NewPersonAsync(a => a with { Login = null }),
            await site.NewPersonAsync(a => a with { Login = null }));
        var login = $"issued{mine.Phone[^4..]}";
        Assert.Equal(204, (await IssueAsync(mine.Id, login)).Status);
        Assert.Equal(204, (await IssueAsync(mine.Id, login.ToUpperInvariant())).Status);
        Assert.Equal((409, """{"error":"login_taken"}"""), await IssueAsync(other.Id, login.ToUpperInvariant()));
        Assert.Equal((409, """{"error":"login_differs"}"""), await IssueAsync(mine.Id, login + "x"));
        Assert.Equal((404, """{"error":"no_account"}"""), await IssueAsync(Guid.CreateVersion7(), login + "y"));
        using var browser = await site.SignedInAsync(mine with { Login = login });
    }

    [Fact]
    public async Task Thirty_people_who_race_for_one_login_leave_it_with_one()
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ =>
            site.NewPersonAsync(a => a with { Login = null, Password = null })));
        var login = $"race{people[0].Phone[^4..]}";
        var answers = await Task.WhenAll(people.Select(p => IssueAsync(p.Id, login)));
        Assert.Equal(1, answers.Count(a => a.Status == 204));
        Assert.Equal(29, answers.Count(a => a.Status == 409));
    }

    private Task<long> VersionAsync(Guid id) => site.AskAsync<long>("select version from portal.account where id = @id", new { id });

    private Task<(int Status, string Body)> CheckAsync(Guid sub, string password) =>
        PostAsync("/api/password-check", Form(("sub", sub.ToString()), ("password", password)));

    private Task<(int Status, string Body)> IssueAsync(Guid sub, string login) =>
        PostAsync("/api/login-issued", Form(("sub", sub.ToString()), ("login", login)));

    private async Task<(int Status, string Body)> PostAsync(string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, site.Url + path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"school:{Secret}")));
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
}
