using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Family;

/// <summary>A guardian gives a new first password and ends sign-ins; whoever is fourteen is told.</summary>
[Collection(FamilyRegion.Name)]
public sealed class PasswordTests(FamilySite site)
{
    private const string Own = "мой кот спит на шкафу";

    [Fact, Trait("takes", "long")]
    public async Task A_reset_ends_all_that_was_signed_in_and_asks_for_a_new_password()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(10));
        var (login, first) = await site.MakeAsync(parent, "k10");
        using var child = await ActivatedAsync(login, first);
        await Eventually.HoldsAsync("the sheet counts as used", async () => (await parent.GetAsync(site.Family)).Text.Contains("активирован"));

        var (sameLogin, second) = await ResetAsync(parent, "k10");
        Assert.Equal(login, sameLogin);
        Assert.NotEqual(first, second);
        await child.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Equal(HttpStatusCode.Redirect, child.Status);
        await child.GetAsync(site.Service.PortalUrl + "/profile");
        Assert.Equal("/login", child.Location?.AbsolutePath);
        await parent.GetAsync(site.Family);
        Assert.Contains("Выдан новый первый пароль, его ещё не сменили", parent.Text);
        using var old = await site.EnterAsync(login, Own);
        Assert.Contains("не подошли", old.Text);
        using var again = await site.ChooseAsync(login, second, "другой кот спит на печке");
        Assert.Equal(site.Service.DemoUrl + "/diary/", again.Url.AbsoluteUri);
        await parent.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Ребёнку выдан новый первый пароль", parent.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task At_fourteen_an_account_of_ones_own_is_not_reset_by_anybody()
    {
        var pupil = await site.PupilAsync(11);
        using var child = await site.ActivatedAsync(pupil);
        using var parent = await site.SignInAsync(await site.ParentAsync(11));
        await parent.GetAsync($"{site.Family}/child?child=p11");
        Assert.Contains("С 14 лет ребёнок меняет пароль сам", parent.Text);
        Assert.DoesNotContain("Выдать новый пароль", parent.Text);
        await parent.GetAsync($"{site.Family}/reset?child=p11");
        Assert.Equal("/cabinet/family/child", parent.Location?.AbsolutePath);
        // A form of another child's page, with this child's id in it.
        await site.MakeAsync(parent, "k11");
        await parent.GetAsync($"{site.Family}/reset?child=k11");
        await parent.SubmitAsync(("child", "p11"));
        Assert.Contains("Ребёнку уже есть 14 лет", parent.Text);
        using var still = await site.SignInAsync(pupil);
        Assert.Equal(site.Service.DemoUrl + "/diary/", still.Url.AbsoluteUri);
    }

    [Fact, Trait("takes", "long")]
    public async Task At_fourteen_an_account_from_a_sheet_is_reset_and_its_holder_reads_who_did_what()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(12));
        var (login, first) = await site.MakeAsync(parent, "p12");
        using var child = await ActivatedAsync(login, first);
        await child.GetAsync(site.Family);
        Assert.Contains("Родителевн Марина Викторовна", child.Text);
        Assert.Contains("выдать новый первый пароль", child.Text);
        await child.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.DoesNotContain("Родитель кое-что изменил", child.Text);

        var (_, second) = await ResetAsync(parent, "p12");
        using var again = await site.ChooseAsync(login, second, "другой кот спит на печке");
        await again.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Contains("Родитель кое-что изменил", again.Text);
        await again.GetAsync(site.Family);
        Assert.Contains("Родитель выдал новый первый пароль", again.Text);
        await again.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.DoesNotContain("Родитель кое-что изменил", again.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_guardian_ends_a_sign_in_and_the_child_of_fourteen_gets_a_message()
    {
        var pupil = await site.PupilAsync(13);
        using var child = await site.ActivatedAsync(pupil);
        using var other = await site.SignInAsync(pupil);
        using var parent = await site.SignInAsync(await site.ParentAsync(13));
        await parent.GetAsync($"{site.Family}/child?child=p13");
        Assert.Equal(2, parent.Page.QuerySelectorAll("main .card").Length);
        Assert.Contains("сеть 127.0.0.x", parent.Text);
        // Somebody else's sign-in is none of this child's.
        var own = await site.QueryAsync<string>("select sid from signin.session s join signin.account a on a.id = s.account_id where a.last_name like 'Родителев%' and s.ended_at is null limit 1");
        await parent.SubmitAsync(("sid", own!));
        Assert.DoesNotContain("done", parent.Location!.Query);
        await parent.GetAsync($"{site.Family}/child?child=p13");
        await parent.SubmitAsync(("sid", parent.Page.QuerySelector("main .card [name=sid]")!.GetAttribute("value")!));
        await parent.FollowAsync();
        Assert.Contains("там нужно будет войти заново", parent.Text);
        Assert.Single(parent.Page.QuerySelectorAll("main .card"));
        Assert.Single(new[] { child, other }, b => b.GetAsync(site.Service.SchoolUrl + "/cabinet").Result.Status == HttpStatusCode.Redirect);
        var message = await Eventually.GetAsync("a message to the child", () => MessageAsync(pupil.Phone));
        Assert.Contains("родитель закончил ваш вход", message);
        // At the portal too: going back in takes the password.
        foreach (var browser in new[] { child, other })
        {
            await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
            if (browser.Status != HttpStatusCode.Redirect) continue;
            await Eventually.HoldsAsync("the portal asks for the password", async () =>
            {
                await browser.GetAsync(site.Service.SchoolUrl + "/signin/start");
                return (await browser.FollowAsync()).Url.AbsolutePath == "/login";
            });
        }
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_presses_are_one_order_and_a_later_one_voids_the_sheet_before()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(14));
        using var father = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(14));
        await site.MakeAsync(mother, "k14");
        await father.GetAsync($"{site.Family}/reset?child=k14");
        var order = father.Page.QuerySelector("[name=order]")!.GetAttribute("value")!;
        var twins = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            var twin = site.NewBrowser();
            foreach (Cookie cookie in father.Cookies.GetAllCookies()) twin.Cookies.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
            await twin.GetAsync($"{site.Family}/reset?child=k14");
            return twin;
        }));
        await Task.WhenAll(twins.Select(t => t.SubmitAsync(("order", order))));
        foreach (var twin in twins) await twin.FollowAsync();
        Assert.Single(twins.Select(FamilySite.ReadSheet).Distinct());
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from kernel.audit where act = 'signin.child-password-reset' and details->>'order' = @order", new { order }));
        Assert.Equal(1, await site.QueryAsync<long>("""
            select count(*) from kernel.audit where act = 'portal.first-password-set' and subject = (select id::text from portal.account where made_from_record_id = 'k14')
            """));
        // The mother's order is not the father's to carry out, and hers voids his.
        await mother.GetAsync($"{site.Family}/reset?child=k14");
        await mother.SubmitAsync(("order", order));
        Assert.Equal("?done=lost", mother.Location?.Query);
        await ResetAsync(mother, "k14");
        Assert.Equal("?done=sheet-gone", (await twins[0].GetAsync(twins[0].Url.AbsoluteUri)).Location?.Query);
        foreach (var twin in twins) twin.Dispose();
    }

    [Fact, Trait("takes", "long")]
    public async Task A_right_that_ended_after_the_page_was_drawn_resets_and_ends_nothing()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(15));
        var (login, first) = await site.MakeAsync(parent, "k15");
        using var child = await ActivatedAsync(login, first);
        using var again = await site.SignInAsync(await site.ParentAsync(16));
        await parent.GetAsync($"{site.Family}/reset?child=k15");
        var hash = await site.QueryAsync<string>("select password_hash from portal.account where login = @login", new { login });
        foreach (var order in new[] { "", "1", "00000000-0000-0000-0000-00000000000g" })
        {
            await parent.SubmitAsync(("order", order));
            Assert.Equal("?done=lost", parent.Location?.Query);
            await parent.GetAsync($"{site.Family}/reset?child=k15");
        }
        await again.GetAsync($"{site.Family}/child?child=k15");
        Assert.Equal("?done=lost", again.Location?.Query);

        using var sessions = await site.NewBrowser().GetAsync("/");
        foreach (Cookie cookie in parent.Cookies.GetAllCookies()) sessions.Cookies.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
        await sessions.GetAsync($"{site.Family}/child?child=k15");
        await site.ImportAsync(record => record != "gk15");
        await parent.SubmitAsync(("child", "k15"));
        Assert.Equal("?done=lost", parent.Location?.Query);
        await sessions.SubmitAsync(("child", "k15"));
        Assert.Equal("?done=lost", sessions.Location?.Query);
        Assert.Equal(hash, await site.QueryAsync<string>("select password_hash from portal.account where login = @login", new { login }));
        Assert.Equal(HttpStatusCode.OK, (await child.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        await site.ImportAsync(_ => true);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_small_child_has_no_such_tab_and_a_guardian_no_second_one()
    {
        using var parent = await site.SignInAsync(await site.ParentAsync(17));
        var (login, first) = await site.MakeAsync(parent, "k17");
        using var child = await ActivatedAsync(login, first);
        await child.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.DoesNotContain("Семья", child.Page.QuerySelector("nav.tabs")!.TextContent);
        await child.GetAsync(site.Family);
        Assert.Equal("/cabinet", child.Location?.AbsolutePath);
        await parent.GetAsync(site.Family);
        Assert.DoesNotContain("Что видят родители", parent.Text);
    }

    private async Task<Browser> ActivatedAsync(string login, string first)
    {
        var child = await site.ChooseAsync(login, first, Own);
        await child.SubmitAsync(("Password", Own));
        await child.FollowAsync();
        Assert.Equal("/activated", child.Url.AbsolutePath);
        return child;
    }

    private async Task<(string Login, string Password)> ResetAsync(Browser guardian, string child)
    {
        await guardian.GetAsync($"{site.Family}/reset?child={child}");
        await guardian.SubmitAsync(("child", child));
        await guardian.FollowAsync();
        return FamilySite.ReadSheet(guardian);
    }

    private async Task<string?> MessageAsync(string phone)
    {
        using var browser = await site.NewBrowser().GetAsync(site.Service.PortalUrl + "/dev/messages");
        return browser.Page.QuerySelectorAll("article").Select(a => a.TextContent).FirstOrDefault(t => t.Replace(" ", "").Replace("-", "").Contains(phone) && t.Contains("родитель"));
    }
}
