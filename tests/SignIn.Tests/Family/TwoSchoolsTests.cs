using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Family;

/// <summary>The region with a second record, at another school, for each second child: <c>m{i}</c> beside <c>k{i}</c>. Numbers: 0 both guardians in both
/// cards; 1 the father in the second alone; 2 twins, not one child; 3 namesakes with different guardians; 4 as 1; 5 the first child, who has a phone at one school.</summary>
public sealed class TwoSchoolsSite : FamilySite
{
    protected override IEnumerable<string> MorePupils(int i)
    {
        foreach (var row in base.MorePupils(i)) yield return row;
        if (i == 5) yield return $"q{i};653;5Б;{Surname("Школьников", i)};Марина;Викторовна;2012-05-17;;";
        else yield return $"m{i};653;2Б;{Surname("Малышев", i)};{(i == 2 ? "Павел" : "Петр")};Викторович;2018-03-04;;";
    }

    protected override IEnumerable<string> MoreGuardians(int i)
    {
        string Mother(string child) => $"g{child}{i};{child}{i};{Surname("Родителев", i)};Марина;Викторовна;{EmailOf(5, i)}";
        string Father(string child) => $"o{child}{i};{child}{i};{Surname("Орлов", i)};Марина;Викторовна;{EmailOf(2, i)}";
        return i switch
        {
            1 or 4 => [Mother("k"), Mother("m"), Father("m")],
            3 => [Mother("k"), Father("m")],
            5 => [Mother("k"), Mother("q")],
            _ => [Mother("k"), Father("k"), Mother("m"), Father("m")],
        };
    }

    internal Task<long> AccountsOfChildAsync(int i) =>
        QueryAsync<long>("select count(*) from portal.account where made_from_record_id in (@first, @second)", new { first = $"k{i}", second = $"m{i}" });
}

/// <summary>A child at two schools has two enrolment records, and is one child with one account.</summary>
public sealed class TwoSchoolsTests(TwoSchoolsSite site) : IClassFixture<TwoSchoolsSite>
{
    private const string Own = "мой кот спит на шкафу";

    [Fact, Trait("takes", "long")]
    public async Task A_child_at_two_schools_is_one_child_with_one_account_and_both_roles()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(0));
        await mother.GetAsync(site.Family);
        var card = Assert.Single(mother.Page.QuerySelectorAll("main .card"), c => c.TextContent.Contains("Малышев"));
        Assert.Contains("ГБОУ Школа № 856, 2А", card.TextContent);
        Assert.Contains("ГАОУ ДПО ТемоЦентр, 2Б", card.TextContent);
        var (login, first) = await site.MakeAsync(mother, "m0");
        await mother.GetAsync(site.Family);
        Assert.Contains("по листку ещё не входили", Assert.Single(mother.Page.QuerySelectorAll("main .card"), c => c.TextContent.Contains("Малышев")).TextContent);
        Assert.DoesNotContain("не узнаёт", mother.Text);

        using var father = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(0));
        foreach (var record in new[] { "k0", "m0" })
        {
            await father.GetAsync($"{site.Family}/create?child={record}");
            Assert.Equal("/cabinet/family", father.Location?.AbsolutePath);
        }
        Assert.Equal(1, await site.AccountsOfChildAsync(0));

        using var child = await site.ChooseAsync(login, first, Own);
        await child.SubmitAsync(("Password", Own));
        await child.FollowAsync();
        await child.GetAsync(site.Service.SchoolUrl + "/cabinet/data");
        Assert.Contains("ГБОУ Школа № 856", child.Text);
        Assert.Contains("ГАОУ ДПО ТемоЦентр", child.Text);
        Assert.Equal(["pupil:k0", "pupil:m0"], await RolesOfAsync("k0"));

        // The cards are two children's after all: the second school's guardians are others now.
        await site.ImportAsync(record => record is not ("gm0" or "om0"));
        await Eventually.HoldsAsync("the second school's role is gone", async () => (await RolesOfAsync("k0")) is ["pupil:k0"]);
        await site.ImportAsync(_ => true);
        await Eventually.HoldsAsync("it is there again", async () => (await RolesOfAsync("k0")) is ["pupil:k0", "pupil:m0"]);
    }

    [Theory, Trait("takes", "long"), InlineData(1, "k", "m"), InlineData(4, "m", "m")]
    public async Task Two_guardians_who_order_from_the_two_records_at_once_get_one_account(int i, string hers, string his)
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(i));
        using var father = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(i));
        var presses = new List<(Browser Browser, string Who, string Child)>();
        for (var n = 0; n < 15; n++)
        {
            presses.Add((await TwinOfAsync(mother, hers + i), "mother", hers + i));
            presses.Add((await TwinOfAsync(father, his + i), "father", his + i));
        }
        await Task.WhenAll(presses.Select(p => p.Browser.SubmitAsync(("child", p.Child))));
        Assert.All(presses, p => Assert.Equal(HttpStatusCode.Redirect, p.Browser.Status));
        Assert.Equal(1, await site.AccountsOfChildAsync(i));
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from signin.login where reserved_for = any(@records)", new { records = new[] { $"k{i}", $"m{i}" } }));
        var winner = Assert.Single(presses.Where(p => p.Browser.Location!.AbsolutePath.EndsWith("/sheet")).Select(p => p.Who).Distinct());
        foreach (var (browser, _, _) in presses.Where(p => p.Who == winner)) await browser.FollowAsync();
        Assert.Single(presses.Where(p => p.Who == winner).Select(p => FamilySite.ReadSheet(p.Browser)).Distinct());
        Assert.Equal([$"pupil:k{i}", $"pupil:m{i}"], await RolesOfAsync($"k{i}"));
        foreach (var (browser, _, _) in presses) browser.Dispose();
    }

    [Fact]
    public async Task Twins_are_two_children()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(2));
        await mother.GetAsync(site.Family);
        Assert.Equal(2, mother.Page.QuerySelectorAll("main .card").Count(c => c.TextContent.Contains("Малышев")));
        var (first, second) = (await site.MakeAsync(mother, "k2"), await site.MakeAsync(mother, "m2"));
        Assert.NotEqual(first.Login, second.Login);
        Assert.Equal(2, await site.AccountsOfChildAsync(2));
        Assert.Equal(["pupil:k2"], await RolesOfAsync("k2"));
        Assert.Equal(["pupil:m2"], await RolesOfAsync("m2"));
    }

    [Fact, Trait("takes", "long")]
    public async Task Namesakes_of_one_birthday_with_different_guardians_are_two_children()
    {
        using var mother = await site.SignInAsync(await site.ParentAsync(3));
        using var father = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(3));
        await site.MakeAsync(mother, "k3");
        await father.GetAsync($"{site.Family}/create?child=k3");
        Assert.Equal("?done=lost", father.Location?.Query);
        await site.MakeAsync(father, "m3");
        Assert.Equal(2, await site.AccountsOfChildAsync(3));
        Assert.Equal(["pupil:k3"], await RolesOfAsync("k3"));
        Assert.Equal(["pupil:m3"], await RolesOfAsync("m3"));
    }

    [Fact]
    public async Task An_account_of_the_childs_own_is_recognised_though_one_school_does_not_know_its_phone()
    {
        using var child = await site.SignInAsync(await site.PupilAsync(5));
        using var mother = await site.SignInAsync(await site.ParentAsync(5));
        await mother.GetAsync(site.Family);
        var card = Assert.Single(mother.Page.QuerySelectorAll("main .card"), c => c.TextContent.Contains("Школьников"));
        Assert.Contains("Аккаунт есть", card.TextContent);
        Assert.Contains("ГАОУ ДПО ТемоЦентр пока не узнаёт этот аккаунт", card.TextContent);
        await mother.GetAsync($"{site.Family}/create?child=q5");
        Assert.Equal("/cabinet/family", mother.Location?.AbsolutePath);
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from portal.account where made_from_record_id in ('p5', 'q5')"));
    }

    private async Task<string[]> RolesOfAsync(string madeFrom)
    {
        var subject = await site.QueryAsync<Guid>("select id from portal.account where made_from_record_id = @madeFrom", new { madeFrom });
        return [.. (await site.Get<Registries.Doors.IMatching>().RolesAsync(subject.ToString(), default)).Select(r => r.Id).Order(StringComparer.Ordinal)];
    }

    private async Task<Browser> TwinOfAsync(Browser browser, string child)
    {
        var twin = site.NewBrowser();
        foreach (Cookie cookie in browser.Cookies.GetAllCookies()) twin.Cookies.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
        return await twin.GetAsync($"{site.Family}/create?child={child}");
    }
}
