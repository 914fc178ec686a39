using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.SecondFactor;

/// <summary><c>aupd portal admin</c>, <c>not-admin</c>, <c>allow-reset</c> and <c>cancel-reset</c>.</summary>
public sealed class OperatorCommandTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    [Fact, Trait("takes", "long")]
    public async Task An_account_is_marked_once_and_unmarked_once()
    {
        var person = await site.NewPersonAsync();
        Assert.Equal((0, ""), await RunAsync("admin", person.Login));
        Assert.Equal((0, ""), await RunAsync("admin", person.Phone));
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAndFollowAsync(("Login", person.Login), ("Password", PortalSite.Password));
        Assert.Contains("Вы администратор", browser.Text);
        Assert.Equal((0, ""), await RunAsync("not-admin", person.Email));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await browser.GetAsync("/profile")).Status);
        var (code, said) = await RunAsync("not-admin", person.Id.ToString());
        Assert.Equal((1, "This account was not marked as an administrator's."), (code, said.Trim()));
        Assert.Equal(["portal.administrator-marked", "portal.administrator-unmarked"], await ActsAsync(person, "portal.administrator-%"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_reset_is_allowed_with_its_times_and_cancelled_once()
    {
        var person = await site.NewPersonAsync();
        await site.WithAppAsync(person);
        var (code, said) = await RunAsync("allow-reset", person.Login);
        Assert.Equal(0, code);
        Assert.Matches(@"^From \d{4}-\d\d-\d\d \d\d:\d\d to \d{4}-\d\d-\d\d \d\d:\d\d UTC the password alone signs in once, unless it is cancelled\.\s*$", said);
        // Asked for once more it says the same and moves nothing.
        Assert.Equal((0, said), await RunAsync("allow-reset", person.Login));
        Assert.Equal((0, ""), await RunAsync("cancel-reset", person.Login));
        var (again, why) = await RunAsync("cancel-reset", person.Login);
        Assert.Equal((1, "There is nothing to cancel."), (again, why.Trim()));
        Assert.Equal(["portal.second-factor-reset-allowed", "portal.second-factor-reset-cancelled"], await ActsAsync(person, "portal.second-factor-reset-%"));
        await site.AtSecondStepAsync(person);
    }

    [Theory]
    [InlineData("admin", "nobody-of-this-name")]
    [InlineData("not-admin", "+79990000000")]
    [InlineData("allow-reset", "00000000-0000-0000-0000-000000000000")]
    [InlineData("cancel-reset", "' or 1=1 --")]
    [InlineData("admin", "")]
    public async Task Of_an_account_that_is_not_there_it_says_so(string command, string account)
    {
        var before = await site.AskAsync<long>("select count(*) from kernel.audit");
        var (code, said) = await RunAsync(command, account);
        Assert.Equal((1, "There is no such account."), (code, said.Trim()));
        Assert.Equal(before, await site.AskAsync<long>("select count(*) from kernel.audit"));
    }

    [Fact]
    public async Task Without_a_second_factor_there_is_nothing_to_reset()
    {
        var person = await site.NewPersonAsync();
        var (code, said) = await RunAsync("allow-reset", person.Login);
        Assert.Equal((1, "This account has no second factor."), (code, said.Trim()));
        Assert.Empty(await ActsAsync(person, "portal.second-factor-reset-%"));
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("allow-reset")]
    [InlineData("cancel-reset", "one", "two")]
    public async Task Words_too_few_or_too_many_are_told_and_do_nothing(params string[] words)
    {
        var (code, said) = await RunAsync(words);
        Assert.Equal(1, code);
        Assert.Contains(words.Length == 1 ? "Required argument 'ACCOUNT' missing" : "Unrecognized command or argument", said);
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] words) =>
        await TestCommand.RunAsync(site.Service.Source.ConnectionString, ["portal", .. words]);

    private async Task<string[]> ActsAsync(Person person, string like) => await site.AskAsync<string[]>(
        "select coalesce(array_agg(act order by id), '{}') from kernel.audit where subject = @id and act like @like", new { id = person.Id.ToString(), like }) ?? [];
}
