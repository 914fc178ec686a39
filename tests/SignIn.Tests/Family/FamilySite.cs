using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Family;

/// <summary>The region with a second child in every family: <c>k{i}</c>, eight years old, without phone or e-mail; the guardians are the parent and the
/// teacher who is a parent of the same number. People by number: 0–9 accounts, 10–17 passwords and sessions.</summary>
public class FamilySite : GatewaySite
{
    /// <summary>Journal logins of the first children: usable, unusable, none.</summary>
    private static string JournalLogin(int i) => i switch { 1 => "petya_1", 2 => "petya.2", _ => "" };

    protected override Dictionary<string, string?> Settings => new(base.Settings) { ["SignIn:Family:ActsPerHour"] = "200" };

    protected override IEnumerable<string> MorePupils(int i) => [$"k{i};4185;2А;{Surname("Малышев", i)};Пётр;Викторович;2018-03-04;;{JournalLogin(i)}"];

    protected override IEnumerable<string> MoreGuardians(int i) =>
    [
        $"gk{i};k{i};{Surname("Родителев", i)};Марина;Викторовна;{EmailOf(5, i)}", $"ok{i};k{i};{Surname("Орлов", i)};Марина;Викторовна;{EmailOf(2, i)}",
    ];

    internal string Family => Service.SchoolUrl + "/cabinet/family";

    /// <summary>Presses "make the account" on its page; ends at the sheet.</summary>
    internal async Task<(string Login, string Password)> MakeAsync(Browser guardian, string child)
    {
        await guardian.GetAsync($"{Family}/create?child={child}");
        await guardian.SubmitAsync(("child", child));
        await guardian.FollowAsync();
        return ReadSheet(guardian);
    }

    internal static (string Login, string Password) ReadSheet(Browser guardian)
    {
        Assert.Equal("/cabinet/family/sheet", guardian.Url.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, guardian.Status);
        var keys = guardian.Page.QuerySelectorAll(".sheet .key").Select(k => k.TextContent).ToList();
        return (keys[0], keys[1]);
    }

    /// <summary>From the start page to the portal's form, with login and password; wherever that leads.</summary>
    internal async Task<Browser> EnterAsync(string login, string password, Browser? browser = null)
    {
        browser ??= NewBrowser();
        await browser.GetAsync(Service.SchoolUrl + "/signin/start");
        await browser.FollowAsync();
        await browser.SubmitAsync(("Login", login), ("Password", password));
        return await browser.FollowAsync();
    }

    /// <summary>The child with its sheet: enters, chooses a password, and is led to the activation.</summary>
    internal async Task<Browser> ChooseAsync(string login, string first, string own)
    {
        var browser = await EnterAsync(login, first);
        Assert.Equal("/login/new-password", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Password", own));
        return await browser.FollowAsync();
    }

    internal Task<long> AccountsOfAsync(string record) =>
        QueryAsync<long>("select count(*) from portal.account where made_from_record_id = @record", new { record });
}

[CollectionDefinition(Name)]
public sealed class FamilyRegion : ICollectionFixture<FamilySite>
{
    internal const string Name = "families";
}
