using System.Net;
using Aupd.SignIn.Family;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Family;

/// <summary>A guardian sees the children and has an account made for one.</summary>
[Collection(FamilyRegion.Name)]
public sealed class AccountTests(FamilySite site)
{
    private const string Own = "мой кот спит на шкафу";

    [Fact]
    public async Task A_guardian_has_an_account_made_and_the_child_comes_in_with_the_sheet()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(0));
        await parent.GetAsync(site.Family);
        Assert.Equal(["Школьникова Марина Викторовна", "Малышева Пётр Викторович"], parent.Page.QuerySelectorAll("main .card h2").Select(h => h.TextContent));
        Assert.Contains("ГБОУ Школа № 856, 2А", parent.Text);
        Assert.Equal(2, parent.Text.Split("Аккаунта пока нет").Length - 1);

        var (login, first) = await site.MakeAsync(parent, "k0");
        Assert.Equal("malysheva", login);
        Assert.Matches("^[a-z]{4}-[a-z]{4}-[2-9]{4}$", first);
        Assert.Contains(site.Service.SchoolUrl, parent.Text);
        await parent.GetAsync(site.Family);
        Assert.Contains("по листку ещё не входили", parent.Text);

        using var child = await site.ChooseAsync(login, first, Own);
        Assert.Equal("/activate", child.Url.AbsolutePath);
        await child.SubmitAsync(("Password", Own));
        await child.FollowAsync();
        Assert.Contains("malysheva", child.Text);
        await child.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Contains("Ученик", child.Text);

        await Eventually.HoldsAsync("the sheet counts as used", async () => (await parent.GetAsync(site.Family)).Text.Contains("Аккаунт есть и активирован"));
        Assert.Contains("Последний вход: 1 сентября 2026", parent.Text);
        await parent.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Создан аккаунт ребёнка", parent.Text);
        await child.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Аккаунт создан родителем", child.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task The_first_password_opens_nothing_but_the_page_for_an_own_one()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(1));
        var (login, first) = await site.MakeAsync(parent, "k1");
        Assert.Equal("petya_1", login);
        using var child = await site.EnterAsync(login, first);
        Assert.Equal("/login/new-password", child.Url.AbsolutePath);
        foreach (var page in new[] { "/profile", "/profile/password", "/profile/second-step", "/profile/copy", "/profile/phone" })
        {
            await child.GetAsync(site.Service.PortalUrl + page);
            Assert.Equal("/login/new-password", child.Location?.AbsolutePath);
        }
        await child.GetAsync(site.Service.SchoolUrl + "/signin/start");
        await child.FollowAsync();
        Assert.Equal("/login/new-password", child.Url.AbsolutePath);
        foreach (var (password, why) in new[] { (first, "пароль с листка"), ("коротко", "короче"), ("", "Придумайте") })
        {
            await child.SubmitAsync(("Password", password));
            Assert.Contains(why, child.Text);
        }
        await child.SubmitAsync(("Password", Own));
        await child.FollowAsync();
        Assert.Equal("/activate", child.Url.AbsolutePath);
        using var again = await site.EnterAsync(login, first);
        Assert.Contains("не подошли", again.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task An_unusable_journal_login_is_not_given_and_a_taken_one_neither()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(2));
        Assert.Equal("malyshevv", (await site.MakeAsync(parent, "k2")).Login);
        // Somebody at the portal has the next one already.
        await site.QueryAsync<int>("update portal.account set login = 'malyshevg', login_key = 'malyshevg' where made_from_record_id = 'k2'");
        using var other = await site.SignInAsync(await site.ParentAsync(3));
        Assert.Equal("malyshevg2", (await site.MakeAsync(other, "k3")).Login);
    }

    [Fact, Trait("takes", "long")]
    public async Task Two_guardians_and_thirty_requests_make_one_account_and_one_sheet()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(4));
        using var father = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(4));
        var presses = new List<(Browser Browser, string Who)>();
        foreach (var (browser, who) in new[] { (mother, "mother"), (father, "father") })
        {
            await browser.GetAsync($"{site.Family}/create?child=k4");
            for (var i = 0; i < 15; i++) presses.Add((await TwinOfAsync(browser, "k4"), who));
        }
        await Task.WhenAll(presses.Select(p => p.Browser.SubmitAsync(("child", "k4"))));
        Assert.All(presses, p => Assert.Equal(HttpStatusCode.Redirect, p.Browser.Status));
        var winners = presses.Where(p => p.Browser.Location!.AbsolutePath.EndsWith("/sheet")).Select(p => p.Who).Distinct().ToList();
        Assert.Single(winners);
        Assert.All(presses.Where(p => p.Who != winners[0]), p => Assert.Equal("?done=there", p.Browser.Location!.Query));
        Assert.Equal(1, await site.AccountsOfAsync("k4"));
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from signin.login where reserved_for = 'k4'"));
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from kernel.audit where act = 'signin.child-account-made' and details->>'record' = 'k4'"));
        var sheets = presses.Where(p => p.Who == winners[0]).ToList();
        foreach (var (browser, _) in sheets) await browser.FollowAsync();
        Assert.Single(sheets.Select(s => FamilySite.ReadSheet(s.Browser)).Distinct());
        foreach (var (browser, _) in presses) browser.Dispose();
    }

    [Fact]
    public async Task An_answer_that_is_lost_in_the_middle_costs_nothing()
    {
        var person = await site.ParentAsync(5);
        using var parent = await site.SignInAsync(person);
        // The portal has made the account, and the gateway was gone before it heard so.
        var order = Guid.CreateVersion7();
        var guardian = await site.QueryAsync<Guid>("select id from signin.account where subject = @id", new { id = person.AccountId.ToString() });
        await site.QueryAsync<int>("insert into signin.child_order (id, kind, pupil_record_id, account_id, sid, ordered_at) values (@order, 'account', 'k5', @guardian, 'gone', now())", new { order, guardian });
        var child = (await site.Get<Registries.Doors.IFamilies>().ChildrenOfAsync(person.AccountId.ToString(), default)).Single(c => c.PupilRecordId == "k5");
        var login = await site.Get<ReserveLogin>().RunAsync(child, default);
        var lost = Assert.IsType<PortalOrder.Done>(await site.Get<PortalFamily>().MakeAccountAsync(order, person.AccountId.ToString(), child, login, default));

        Assert.Equal((lost.Login, lost.Password), await site.MakeAsync(parent, "k5"));
        Assert.Equal(1, await site.AccountsOfAsync("k5"));
    }

    [Fact]
    public async Task A_right_that_ended_after_the_page_was_drawn_does_nothing()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(6));
        await parent.GetAsync($"{site.Family}/create?child=k6");
        await site.ImportAsync(record => record != "gk6");
        await parent.SubmitAsync(("child", "k6"));
        Assert.Equal("?done=lost", parent.Location?.Query);
        await parent.FollowAsync();
        Assert.Contains("не записан за вами", parent.Text);
        Assert.DoesNotContain("Пётр", parent.Text);
        Assert.Equal(0, await site.AccountsOfAsync("k6"));
        await site.ImportAsync(_ => true);
    }

    [Fact]
    public async Task Somebody_elses_child_and_made_up_ones_are_the_same_to_a_stranger()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(7));
        foreach (var id in new[] { "k18", "nobody", "", new string('k', 3000), "k7'--", "p18" })
        {
            await parent.GetAsync($"{site.Family}/create?child=k7");
            await parent.SubmitAsync(("child", id));
            Assert.Equal("?done=lost", parent.Location?.Query);
            await parent.GetAsync($"{site.Family}/create?child={id}");
            Assert.Equal("?done=lost", parent.Location?.Query);
        }
        foreach (var order in new[] { "", "x", Guid.CreateVersion7().ToString() })
        {
            await parent.GetAsync($"{site.Family}/sheet?order={order}");
            Assert.Equal("?done=sheet-gone", parent.Location?.Query);
        }
        foreach (var address in new[] { "create?child=%00", "sheet?order=%00" })
            Assert.InRange((int)(await parent.GetAsync($"{site.Family}/{address}")).Status, 300, 499);
        Assert.Equal(0, await site.AccountsOfAsync("k18"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_sheet_is_for_the_session_that_ordered_it_and_for_ten_minutes()
    {
        var person = await site.ParentAsync(8);
        using var phone = await site.SignInAsync(person);
        await site.MakeAsync(phone, "k8");
        var sheet = phone.Url.AbsoluteUri;
        using var computer = await site.SignInAsync(person);
        using var father = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(8));
        foreach (var other in new[] { computer, father })
        {
            await other.GetAsync(sheet);
            Assert.Equal("?done=sheet-gone", other.Location?.Query);
        }
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync(sheet)).Status);
        Assert.Contains("no-store", phone.Answer.Headers.CacheControl?.ToString());
        await phone.SubmitAsync(("order", sheet.Split('=')[1]));
        await phone.FollowAsync();
        Assert.Contains("Листок больше никто не откроет", phone.Text);
        await phone.GetAsync(sheet);
        Assert.Equal("?done=sheet-gone", phone.Location?.Query);
        // Made once: a second press does not open it again.
        await computer.GetAsync($"{site.Family}/create?child=k8");
        Assert.Equal("/cabinet/family", computer.Location?.AbsolutePath);
    }

    [Fact]
    public async Task Ten_minutes_later_the_sheet_is_gone()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(9));
        await site.MakeAsync(parent, "k9");
        var sheet = parent.Url.AbsoluteUri;
        await site.QueryAsync<int>("update signin.child_order set done_at = done_at - interval '9 minutes 59 seconds' where pupil_record_id = 'k9'");
        Assert.Equal(HttpStatusCode.OK, (await parent.GetAsync(sheet)).Status);
        await site.QueryAsync<int>("update signin.child_order set done_at = done_at - interval '1 second' where pupil_record_id = 'k9'");
        Assert.Equal("?done=sheet-gone", (await parent.GetAsync(sheet)).Location?.Query);
    }

    private async Task<Browser> TwinOfAsync(Browser browser, string child)
    {
        var twin = site.NewBrowser();
        foreach (Cookie cookie in browser.Cookies.GetAllCookies()) twin.Cookies.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
        return await twin.GetAsync($"{site.Family}/create?child={child}");
    }
}
