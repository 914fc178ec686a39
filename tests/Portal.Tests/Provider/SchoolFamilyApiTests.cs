using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Passwords;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Provider;

/// <summary>Accounts and first passwords of children, as the gateway asks for them.</summary>
public sealed class SchoolFamilyApiTests(PortalSite site) : IClassFixture<PortalSite>
{
    private const string Own = "мой кот спит на шкафу";
    private static int _records;
    private readonly HttpClient _http = new();

    private sealed record Told(Guid Sub, string? Login, string? Password);

    [Fact]
    public async Task One_order_makes_one_account_however_often_it_comes()
    {
        var (record, order) = (NewRecord(), Guid.CreateVersion7());
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => MakeAsync(record, order, "made" + record)));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        var told = Assert.Single(answers.Select(a => Read(a.Body)).Distinct());
        Assert.Equal("made" + record, told.Login);
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from portal.account where made_from_record_id = @record", new { record }));
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where act = 'portal.account-created' and subject = @id", new { id = told.Sub.ToString() }));
        Assert.Null(PasswordRules.Check(told.Password!, new PasswordOwner(null, null, null, told.Login, null)));
    }

    [Fact]
    public async Task Thirty_orders_for_one_record_leave_one_that_counts()
    {
        var record = NewRecord();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => MakeAsync(record, Guid.CreateVersion7(), $"race{i}-{record}")));
        Assert.Equal(1, answers.Count(a => a.Status == 200));
        Assert.Equal(29, answers.Count(a => a is (409, """{"error":"record_taken"}""")));
    }

    [Fact]
    public async Task A_login_that_another_has_is_refused_and_the_order_can_go_on_with_another()
    {
        var person = await site.NewPersonAsync();
        var (record, order) = (NewRecord(), Guid.CreateVersion7());
        Assert.Equal((409, """{"error":"login_taken"}"""), await MakeAsync(record, order, person.Login.ToUpperInvariant()));
        Assert.Equal(200, (await MakeAsync(record, order, "free" + record)).Status);
    }

    [Fact]
    public async Task A_first_password_signs_in_to_one_page_and_ends_with_a_password_of_ones_own()
    {
        var (record, order) = (NewRecord(), Guid.CreateVersion7());
        var told = Read((await MakeAsync(record, order, "kid" + record)).Body);
        using var browser = await EnterAsync(told.Login!, told.Password!);
        await browser.FollowAsync();
        Assert.Equal("/login/new-password", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Password", Own));
        Assert.Equal("/profile", browser.Location?.AbsolutePath);
        Assert.Equal(200, (int)(await browser.FollowAsync()).Status);
        await browser.GetAsync("/login/new-password");
        Assert.Equal("/profile", browser.Location?.AbsolutePath);

        // The order is over: it tells no password and sets none.
        Assert.Equal(new Told(told.Sub, null, null), Read((await MakeAsync(record, order, "kid" + record)).Body));
        Assert.Equal(new Told(told.Sub, null, null), Read((await ResetAsync(told.Sub, order)).Body));
        using var again = await EnterAsync(told.Login!, Own);
        Assert.Equal("/profile", again.Location?.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_reset_ends_every_session_and_asks_for_a_new_password_once()
    {
        var person = await site.NewPersonAsync();
        using var before = await site.SignedInAsync(person);
        var order = Guid.CreateVersion7();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => ResetAsync(person.Id, order)));
        var told = Assert.Single(answers.Select(a => Read(a.Body)).Distinct());
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where act = 'portal.first-password-set' and subject = @id", new { id = person.Id.ToString() }));
        Assert.Equal("/login", (await before.GetAsync("/profile")).Location?.AbsolutePath);
        using var old = await EnterAsync(person.Login, PortalSite.Password);
        Assert.Null(old.Location);
        var later = Read((await ResetAsync(person.Id, Guid.CreateVersion7())).Body);
        Assert.NotEqual(told.Password, later.Password);
        Assert.Null(Read((await ResetAsync(person.Id, order)).Body).Password);
        using var browser = await EnterAsync(person.Login, later.Password!);
        Assert.Equal("/login/new-password", (await browser.FollowAsync()).Url.AbsolutePath);
    }

    [Fact]
    public async Task A_browser_left_at_the_page_lets_nobody_choose_a_quarter_of_an_hour_later()
    {
        var told = Read((await MakeAsync(NewRecord(), Guid.CreateVersion7(), "late" + _records)).Body);
        using var browser = await EnterAsync(told.Login!, told.Password!);
        await browser.FollowAsync();
        site.Clock.Advance(TimeSpan.FromMinutes(15));
        await browser.SubmitAsync(("Password", Own));
        Assert.Equal("/login", browser.Location?.AbsolutePath);
        using var again = await EnterAsync(told.Login!, Own);
        Assert.Null(again.Location);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_sheet_that_lay_about_for_sixty_days_opens_nothing()
    {
        var order = Guid.CreateVersion7();
        var told = Read((await MakeAsync(NewRecord(), order, "old" + _records)).Body);
        await site.AskAsync<int>("update portal.first_password set set_at = set_at - interval '60 days' + interval '2 seconds' where order_id = @order", new { order });
        using var browser = await EnterAsync(told.Login!, told.Password!);
        await browser.FollowAsync();
        Assert.Contains("Придумайте свой пароль", browser.Text);
        await site.AskAsync<int>("update portal.first_password set set_at = set_at - interval '2 seconds' where order_id = @order", new { order });
        await browser.SubmitAsync(("Password", Own));
        Assert.Contains("Листок устарел", browser.Text);
        using var again = await EnterAsync(told.Login!, Own);
        Assert.Null(again.Location);
        var anew = Read((await ResetAsync(told.Sub, Guid.CreateVersion7())).Body);
        using var late = await EnterAsync(told.Login!, anew.Password!);
        Assert.Contains("Придумайте свой пароль", (await late.FollowAsync()).Text);
    }

    [Fact]
    public async Task A_bad_form_is_named_and_nothing_is_made()
    {
        var (good, id) = (NewRecord(), Guid.CreateVersion7().ToString());
        (string Name, string Value)[] whole = [("order", id), ("by", id), ("record", good), ("last_name", "Малышев"), ("first_name", "Пётр"), ("login", "x" + good)];
        var spoilt = new[]
        {
            ("order", "1"), ("by", ""), ("record", ""), ("record", "a\0b"), ("record", new string('r', 1001)), ("last_name", ""), ("first_name", "\u0001"),
            ("last_name", new string('а', 1001)), ("login", "иванов"), ("login", ""), ("login", new string('l', 65)),
        };
        foreach (var (name, value) in spoilt)
        {
            var (status, body) = await PostAsync("/api/child-account", [.. whole.Where(f => f.Name != name), (name, value)]);
            Assert.True(status == 400 && body.Contains("invalid_request"), $"{name}: {status} {body}");
        }
        Assert.Equal(400, (await PostAsync("/api/child-account", [.. whole, ("birth_date", "1.2.2018")])).Status);
        Assert.Equal(400, (await PostAsync("/api/child-account", [.. whole, ("order", id)])).Status);
        Assert.Equal(400, (await PostAsync("/api/first-password", [("sub", "x"), ("order", id), ("by", id)])).Status);
        Assert.Equal((404, """{"error":"no_account"}"""), await ResetAsync(Guid.CreateVersion7(), Guid.CreateVersion7()));
        Assert.Equal(0, await site.AskAsync<long>("select count(*) from portal.account where made_from_record_id = @good", new { good }));
    }

    [Fact]
    public async Task A_message_of_the_list_is_sent_once_however_often_it_is_asked_for()
    {
        var person = await site.NewPersonAsync();
        var id = Guid.CreateVersion7();
        var before = await site.AskAsync<long>("select count(*) from portal.shown_message");
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TellAsync(id, person.Id, "child-trusted-named", "2027-05-31")));
        Assert.Equal(1, answers.Count(a => a is (200, """{"ways":2}""")));
        Assert.Equal(29, answers.Count(a => a is (200, """{"ways":0}""")));
        Assert.Equal(before + 2, await site.AskAsync<long>("select count(*) from portal.shown_message"));
        using var browser = await site.NewBrowser().GetAsync("/dev/messages");
        Assert.Contains("родитель назвал доверенного человека, который до 31 мая 2027", browser.Text);
        foreach (var kind in new[] { "child-password-reset", "child-sessions-ended" }) Assert.Equal(200, (await TellAsync(Guid.CreateVersion7(), person.Id, kind, null)).Status);
        foreach (var kind in new[] { "family-trusted-named", "trusted-named" }) Assert.Equal(200, (await TellAsync(Guid.CreateVersion7(), person.Id, kind, "2027-05-31")).Status);
    }

    [Theory]
    [InlineData("anything", null)]
    [InlineData("", null)]
    [InlineData("child-password-reset", "2027-05-31")]
    [InlineData("child-trusted-named", null)]
    [InlineData("child-trusted-named", "31.05.2027")]
    [InlineData("CHILD-PASSWORD-RESET", null)]
    public async Task What_is_not_on_the_list_is_not_told(string kind, string? until)
    {
        var person = await site.NewPersonAsync();
        Assert.Equal(400, (await TellAsync(Guid.CreateVersion7(), person.Id, kind, until)).Status);
        Assert.Equal(404, (await TellAsync(Guid.CreateVersion7(), Guid.CreateVersion7(), "child-password-reset", null)).Status);
        Assert.Equal(0, await site.AskAsync<long>("select count(*) from portal.told_for_school where account_id = @Id", new { person.Id }));
    }

    [Fact]
    public async Task One_session_or_all_of_an_account_end_and_nobody_elses()
    {
        var (mine, other) = (await site.NewPersonAsync(), await site.NewPersonAsync());
        using var first = await site.SignedInAsync(mine);
        using var second = await site.SignedInAsync(mine);
        using var others = await site.SignedInAsync(other);
        var sid = await site.AskAsync<Guid>("select id from portal.session where account_id = @Id order by created_at limit 1", new { mine.Id });
        Assert.Equal((200, """{"ended":0}"""), await PostAsync("/api/sessions-end", ("sub", other.Id.ToString()), ("sid", sid.ToString())));
        Assert.Equal((200, """{"ended":1}"""), await PostAsync("/api/sessions-end", ("sub", mine.Id.ToString()), ("sid", sid.ToString())));
        Assert.Equal((200, """{"ended":1}"""), await PostAsync("/api/sessions-end", ("sub", mine.Id.ToString())));
        Assert.Equal((200, """{"ended":0}"""), await PostAsync("/api/sessions-end", ("sub", mine.Id.ToString())));
        foreach (var ended in new[] { first, second }) Assert.Equal("/login", (await ended.GetAsync("/profile")).Location?.AbsolutePath);
        Assert.Equal(200, (int)(await others.GetAsync("/profile")).Status);
        foreach (var bad in new[] { ("sub", "x"), ("sid", "") })
            Assert.Equal(400, (await PostAsync("/api/sessions-end", bad.Item1 == "sub" ? [bad] : [("sub", mine.Id.ToString()), bad])).Status);
    }

    private static string NewRecord() => $"r{Interlocked.Increment(ref _records)}";

    private static Told Read(string body) => JsonSerializer.Deserialize<Told>(body, JsonSerializerOptions.Web)!;

    private async Task<Browser> EnterAsync(string login, string password)
    {
        var browser = await site.NewBrowser().GetAsync("/login");
        return await browser.SubmitAsync(("Login", login), ("Password", password));
    }

    private Task<(int Status, string Body)> MakeAsync(string record, Guid order, string login) => PostAsync("/api/child-account",
        ("order", order.ToString()), ("by", Guid.Empty.ToString()), ("record", record), ("last_name", "Малышев"), ("first_name", "Пётр"),
        ("birth_date", "2018-03-04"), ("login", login));

    private Task<(int Status, string Body)> ResetAsync(Guid sub, Guid order) =>
        PostAsync("/api/first-password", ("sub", sub.ToString()), ("order", order.ToString()), ("by", Guid.Empty.ToString()));

    private Task<(int Status, string Body)> TellAsync(Guid id, Guid sub, string kind, string? until)
    {
        (string, string)[] fields = [("id", id.ToString()), ("sub", sub.ToString()), ("kind", kind)];
        return PostAsync("/api/family-news", until is null ? fields : [.. fields, ("until", until)]);
    }

    private async Task<(int Status, string Body)> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, site.Url + path)
        {
            Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))),
        };
        var secret = Convert.ToHexStringLower(site.Service.Shared.Sealer.Key("portal-client-secret"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"school:{secret}")));
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
