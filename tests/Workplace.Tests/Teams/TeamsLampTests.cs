using Aupd.TestKit;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>The page on which people see where their login works, in a region with Teams and without a directory.</summary>
[Collection(WithTeams.Name)]
public sealed class TeamsLampTests(TeamsSchool school)
{
    [Fact, Trait("takes", "long")]
    public async Task Teams_has_a_lamp_computers_have_none_and_repair_now_asks_Teams_again()
    {
        var person = await school.TeacherAsync("tlamp");
        using var browser = await school.ActivateAsync(person);
        await Eventually.HoldsAsync("the lamp is green", async () => await LampAsync(browser) == "✓ Teams: работает");
        Assert.Null(browser.Page.QuerySelector("#part-computer"));
        Assert.Null(browser.Page.QuerySelector("main input[type=password]"));
        await browser.SubmitAsync();
        Assert.Equal("/cabinet/login?done=repair", browser.Location?.PathAndQuery);
        await Eventually.HoldsAsync("it was delivered again, and the lamp is green", async () => await LampAsync(browser) == "✓ Teams: работает"
            && await school.QueryAsync<bool>("select d.due_at is null from workplace.delivery d join workplace.account a on a.profile_id = d.profile_id where a.login = 'tlamp' and d.target = 'teams'"));
        await school.UserAsync(person, "the user is still there");
    }

    private async Task<string?> LampAsync(Browser browser)
    {
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/login");
        return browser.Page.QuerySelector("#part-teams")?.TextContent.Trim();
    }
}
