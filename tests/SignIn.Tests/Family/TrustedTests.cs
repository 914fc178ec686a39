using System.Globalization;
using System.Net;
using Aupd.Registries.Doors;
using Aupd.SignIn.Family.Trust;
using Aupd.TestKit;
using Dapper;

namespace Aupd.SignIn.Tests.Family;

/// <summary>A guardian trusts somebody with a child, in some services, until a day.</summary>
public sealed class TrustedTests(FamilySite site) : IClassFixture<FamilySite>
{
    private DateOnly Today => DateOnly.FromDateTime(site.Clock.GetUtcNow().AddHours(3).DateTime);

    [Fact, Trait("takes", "long")]
    public async Task Somebody_who_is_waited_for_gets_the_role_at_the_first_sign_in()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(0));
        using var father = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(0));
        var grandmother = await site.StrangerAsync(0);
        await NameAsync(mother, "k0", grandmother, Today.AddDays(90), "diary");
        Assert.Contains("Ещё не входил", mother.Text);
        Assert.Contains("Дневник", mother.Page.QuerySelector("main .card")!.TextContent);
        await father.GetAsync($"{site.Family}/trusted?child=k0");
        Assert.Contains("Прохожийа Марина Викторовна", father.Page.QuerySelector("main .card")!.TextContent);
        Assert.Contains("Родителева", father.Page.QuerySelector("main .card")!.TextContent);

        using var trusted = await site.SignInAsync(grandmother);
        Assert.Equal(site.Service.DemoUrl + "/diary/", trusted.Url.AbsoluteUri);
        Assert.Contains("Пётр", trusted.Text);
        Assert.Contains("доверенный человек", trusted.Text);
        // What was not chosen stays closed, and so does the other child.
        await trusted.GetAsync(site.Service.DemoUrl + "/portfolio/login");
        await trusted.FollowAsync();
        Assert.Equal("/no-right", trusted.Url.AbsolutePath);
        Assert.DoesNotContain("Школьникова", trusted.Text);
        await trusted.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Contains("Доверенный человек", trusted.Text);
        Assert.DoesNotContain("Семья", trusted.Page.QuerySelector("nav.tabs")!.TextContent);
        await trusted.GetAsync($"{site.Family}/child?child=k0");
        Assert.Equal("?done=lost", trusted.Location?.Query);
        await mother.GetAsync($"{site.Family}/trusted?child=k0");
        Assert.Contains("Уже может войти", mother.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task Somebody_who_is_known_gets_it_at_once_and_the_other_parent_takes_it_back()
    {
        var grandmother = await site.StrangerAsync(1);
        using var trusted = await site.SignInAsync(grandmother);
        Assert.Equal("/no-account", trusted.Url.AbsolutePath);
        using var mother = await site.SignInAsync(await site.ParentAsync(1));
        using var father = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(1));
        await NameAsync(mother, "k1", grandmother, Today.AddDays(90), "diary", "library");
        Assert.Contains("Уже может войти", mother.Text);
        Assert.Contains("родитель назвал вас доверенным человеком ребёнка", await Eventually.GetAsync("a message to the person", () => MessageAsync(grandmother.Phone)));
        await father.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Contains("Родитель кое-что изменил", father.Text);

        await trusted.GetAsync(site.Service.SchoolUrl + "/continue");
        await trusted.FollowAsync();
        Assert.Equal(site.Service.DemoUrl + "/diary/", trusted.Url.AbsoluteUri);
        await trusted.GetAsync(site.Service.DemoUrl + "/library/login");
        await trusted.FollowAsync();
        Assert.Equal(site.Service.DemoUrl + "/library/", trusted.Url.AbsoluteUri);
        await trusted.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.DoesNotContain("Родитель кое-что изменил", trusted.Text);
        Assert.DoesNotContain("по ней вас узнаёт школа", trusted.Text);

        await father.GetAsync($"{site.Family}/trusted?child=k1");
        var id = father.Page.QuerySelector("main .card [name=id]")!.GetAttribute("value")!;
        await father.SubmitAsync(("id", id));
        await father.FollowAsync();
        Assert.Contains("Доверие отменено", father.Text);
        Assert.Equal("/", (await (await trusted.GetAsync(site.Service.SchoolUrl + "/cabinet")).FollowAsync()).Url.AbsolutePath);
        using var again = await site.SignInAsync(grandmother);
        Assert.Equal("/no-account", again.Url.AbsolutePath);
        Assert.False(await site.Get<TrustedPersons>().RevokeAsync(new Sessions.Visitor(), await ChildAsync("k1"), Guid.Parse(id), default));
    }

    [Fact]
    public async Task The_role_ends_with_its_day()
    {
        var grandmother = await site.StrangerAsync(2);
        using var mother = await site.SignInAsync(await site.ParentAsync(2));
        await NameAsync(mother, "k2", grandmother, Today, "diary");
        using var trusted = await site.SignInAsync(grandmother);
        Assert.Equal(site.Service.DemoUrl + "/diary/", trusted.Url.AbsoluteUri);
        var account = await site.QueryAsync<Guid>("select id from signin.account where subject = @id", new { id = grandmother.AccountId.ToString() });
        Assert.Equal(1, await LiveAsync(account));
        await site.QueryAsync<int>("update signin.trusted_person set until = until - 1 where account_id = @account", new { account });
        // The role is gone before anybody has swept; the sweep ends the session.
        await trusted.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Equal("/no-account", (await trusted.FollowAsync()).Url.AbsolutePath);
        await using (var other = await site.Service.Source.OpenConnectionAsync())
        await using (var working = await other.BeginTransactionAsync())
        {
            await other.ExecuteAsync("select pg_advisory_xact_lock(@OneNodeAtATime)", new { EndTrust.OneNodeAtATime });
            // Another node is at it: this one goes on at once.
            await site.Get<EndTrust>().RunOutAsync(default);
            Assert.Equal(1, await LiveAsync(account));
        }
        await site.Get<EndTrust>().RunOutAsync(default);
        Assert.Equal(0, await LiveAsync(account));
        Assert.Equal("term", await site.QueryAsync<string>("select ended_why from signin.trusted_person where account_id = @account", new { account }));
    }

    [Fact, Trait("takes", "long")]
    public async Task The_role_ends_with_the_guardians_right()
    {
        var grandmother = await site.StrangerAsync(3);
        using var mother = await site.SignInAsync(await site.ParentAsync(3));
        await NameAsync(mother, "k3", grandmother, Today.AddDays(90), "diary");
        using var trusted = await site.SignInAsync(grandmother);
        var account = await site.QueryAsync<Guid>("select id from signin.account where subject = @id", new { id = grandmother.AccountId.ToString() });
        var sid = await site.QueryAsync<string>("select sid from signin.session where account_id = @account and ended_at is null", new { account });
        await site.ImportAsync(record => record != "gk3");
        await trusted.GetAsync(site.Service.DemoUrl + "/portfolio/login");
        Assert.Equal("/no-account", (await trusted.FollowAsync()).Url.AbsolutePath);
        // That one: where the fact was quicker than the browser, the portal has begun another meanwhile, which holds nothing.
        await Eventually.HoldsAsync("the registries' own fact ends the session", () => site.QueryAsync<bool>("select not exists (select from signin.session where sid = @sid and ended_at is null)", new { sid }));
        await Eventually.HoldsAsync("it is marked", () => site.QueryAsync<bool>("select ended_at is not null from signin.trusted_person where account_id = @account", new { account }));
        Assert.Equal("guardian-left", await site.QueryAsync<string>("select ended_why from signin.trusted_person where account_id = @account", new { account }));
        await site.ImportAsync(_ => true);
        using var again = await site.SignInAsync(grandmother);
        Assert.Equal("/no-account", again.Url.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_guardian_who_loses_one_card_of_two_loses_whom_he_trusted_with_that_child_alone()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(15));
        foreach (var (child, i) in new[] { ("k15", 16), ("p15", 17) }) await NameAsync(mother, child, await site.StrangerAsync(i), Today.AddDays(90), "diary");
        await site.ImportAsync(record => record != "gk15");
        await Eventually.HoldsAsync("the one is over", () => site.QueryAsync<bool>("select bool_and(ended_why = 'guardian-left') from signin.trusted_person where pupil_record_id = 'k15'"));
        Assert.True(await site.QueryAsync<bool>("select bool_and(ended_at is null) from signin.trusted_person where pupil_record_id = 'p15'"));
        await site.ImportAsync(_ => true);
    }

    [Fact]
    public async Task Who_is_over_is_found_without_reading_everybody()
    {
        await using var connection = await site.Service.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        // A table of five rows would be read whole: what counts is that the index serves.
        await connection.ExecuteAsync("set local enable_seqscan = off");
        var plan = string.Join('\n', await connection.QueryAsync<string>("explain " + EndTrust.RunOutSql, new { today = Today, BatchSize = 500 }));
        Assert.Contains("Index Scan using trusted_person_term", plan);
        Assert.DoesNotContain("Sort", plan);
    }

    [Fact, Trait("takes", "long")]
    public async Task What_is_wrong_with_the_form_is_named_and_nobody_is_trusted()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(4));
        var (day, year) = (Iso(Today.AddDays(30)), Iso(Today.AddYears(1)));
        (string, string, string, string, string, string, string)[] forms =
        [
            ("", "Марина", "", "+7 916 111-22-33", day, "diary", "Напишите фамилию"), ("Иванова", " ", "", "+7 916 111-22-33", day, "diary", "Напишите имя"),
            ("Иванова1", "Марина", "", "+7 916 111-22-33", day, "diary", "буквами"), (new string('а', 101), "Марина", "", "+7 916 111-22-33", day, "diary", "буквами"),
            ("Иванова", "Марина", "", "", day, "diary", "телефон или почту"), ("Иванова", "Марина", "", "123", day, "diary", "телефон или почту"),
            ("Иванова", "Марина", "", "a@b@c", day, "diary", "телефон или почту"), ("Иванова", "Марина", "", "+7 916 111-22-33", Iso(Today.AddDays(-1)), "diary", "дольше года"),
            ("Иванова", "Марина", "", "+7 916 111-22-33", Iso(Today.AddYears(1).AddDays(1)), "diary", "дольше года"), ("Иванова", "Марина", "", "+7 916 111-22-33", "завтра", "diary", "дольше года"),
            ("Иванова", "Марина", "", "+7 916 111-22-33", day, "journal", "хотя бы один сервис"), ("Иванова", "Марина", "", "+7 916 111-22-33", day, "nothing", "хотя бы один сервис"),
        ];
        foreach (var (last, first, middle, contact, until, service, why) in forms)
        {
            await mother.GetAsync($"{site.Family}/trusted?child=k4");
            await PostAsync(mother, "k4", last, first, middle, contact, until, service);
            Assert.True(mother.Status == HttpStatusCode.OK && mother.Text.Contains(why, StringComparison.Ordinal), $"{why}: {mother.Status} {mother.Text}");
        }
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.trusted_person where pupil_record_id = 'k4'"));
        foreach (var (child, id) in new[] { ("k5", "k5"), ("", "x") })
        {
            await mother.GetAsync($"{site.Family}/trusted?child=k4");
            await PostAsync(mother, child, "Иванова", "Марина", "", "+7 916 111-22-33", day, "diary");
            Assert.Equal("?done=lost", mother.Location?.Query);
            await mother.GetAsync($"{site.Family}/trusted?child={id}");
            Assert.Equal("?done=lost", mother.Location?.Query);
        }
        await mother.GetAsync($"{site.Family}/trusted?child=k4");
        await site.ImportAsync(record => record != "gk4");
        await PostAsync(mother, "k4", "Иванова", "Марина", "", "+7 916 111-22-33", year, "diary");
        Assert.Equal("?done=lost", mother.Location?.Query);
        await site.ImportAsync(_ => true);
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.trusted_person where pupil_record_id in ('k4', 'k5')"));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_presses_name_one_person_and_five_are_enough()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(6));
        var twins = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            var twin = site.NewBrowser();
            foreach (Cookie cookie in mother.Cookies.GetAllCookies()) twin.Cookies.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
            return await twin.GetAsync($"{site.Family}/trusted?child=k6");
        }));
        await Task.WhenAll(twins.Select(t => PostAsync(t, "k6", "Иванова", "Марина", "", "+7 916 111-22-33", Iso(Today.AddDays(30)), "diary")));
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from signin.trusted_person where pupil_record_id = 'k6'"));
        foreach (var twin in twins.Take(10)) await twin.GetAsync($"{site.Family}/trusted?child=k6");
        // Ten different people at once: four more fit.
        await Task.WhenAll(twins.Take(10).Select((t, n) => PostAsync(t, "k6", "Иванова", "Марина", "", $"+7 916 111-22-4{n}", Iso(Today.AddDays(30)), "diary")));
        Assert.Equal(5, await site.QueryAsync<long>("select count(*) from signin.trusted_person where pupil_record_id = 'k6'"));
        Assert.Equal(6, twins.Take(10).Count(t => t.Text.Contains("уже 5 доверенных людей")));
        foreach (var twin in twins) twin.Dispose();
    }

    [Fact]
    public async Task A_child_of_fourteen_reads_whom_the_parents_trust()
    {
        var pupil = await site.PupilAsync(7);
        using var child = await site.ActivatedAsync(pupil);
        using var mother = await site.SignInAsync(await site.ParentAsync(7));
        await NameAsync(mother, "p7", await site.StrangerAsync(7), Today.AddDays(90), "diary");
        await child.GetAsync(site.Family);
        Assert.Contains("Прохожийз Марина Викторовна", child.Text);
        Assert.Contains("Родитель назвал доверенного человека", child.Text);
        Assert.Contains("назвал доверенного человека, который до", await Eventually.GetAsync("a message to the child", () => MessageAsync(pupil.Phone)));
    }

    private async Task NameAsync(Browser guardian, string child, Person trusted, DateOnly until, params string[] services)
    {
        await guardian.GetAsync($"{site.Family}/trusted?child={child}");
        await PostAsync(guardian, child, trusted.Surname, "Марина", "Викторовна", trusted.Phone, Iso(until), services);
        Assert.True(guardian.Location?.Query.EndsWith("done=named", StringComparison.Ordinal), guardian.Text);
        await guardian.FollowAsync();
    }

    private async Task PostAsync(Browser guardian, string child, string last, string first, string middle, string contact, string until, params string[] services)
    {
        var form = guardian.Page.Forms.Single(f => f.QuerySelector("[name=Last]") is not null);
        var fields = form.QuerySelectorAll("input[type=hidden]").ToDictionary(h => h.GetAttribute("name")!, h => h.GetAttribute("value") ?? "");
        (fields["child"], fields["Last"], fields["First"], fields["Middle"], fields["Contact"], fields["Until"]) = (child, last, first, middle, contact, until);
        var content = new FormUrlEncodedContent(fields.Concat(services.Select(s => KeyValuePair.Create("Services", s))));
        await guardian.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri($"{site.Family}/trusted?child=k4")) { Content = content });
    }

    private Task<long> LiveAsync(Guid account) => site.QueryAsync<long>("select count(*) from signin.session where account_id = @account and ended_at is null", new { account });

    private async Task<ChildRecord> ChildAsync(string record)
    {
        var guardian = await site.QueryAsync<string>("select account_id from registries.verdict where role = 'guardian' and matches and record_id = @id limit 1", new { id = "g" + record });
        return (await site.Get<IFamilies>().ChildrenOfAsync(guardian!, default)).Single(c => c.PupilRecordId == record);
    }

    private async Task<string?> MessageAsync(string phone)
    {
        using var browser = await site.NewBrowser().GetAsync(site.Service.PortalUrl + "/dev/messages");
        return browser.Page.QuerySelectorAll("article").Select(a => a.TextContent).FirstOrDefault(t => t.Replace(" ", "").Replace("-", "").Contains(phone) && t.Contains("родитель"));
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
