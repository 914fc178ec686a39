using System.Net;
using Aupd.Demo.Region;
using Aupd.TestKit;
using Aupd.Web.Commands;

namespace Aupd.Journeys.Crashes;

/// <summary>The program dies while people activate: they press the button again, or sign in again, and have one login each.</summary>
[Collection(Killable.Name)]
public sealed class ActivationCrashTests(KillableRun run)
{
    [Fact]
    public async Task People_whose_activation_was_killed_at_any_moment_go_on_and_have_one_login()
    {
        DemoPerson[] people = [DemoPeople.Teacher, DemoPeople.TeacherAndParent, DemoPeople.Pupil, DemoPeople.TwoAccountsMain, DemoPeople.DottedLogin];
        var browsers = new List<Browser>();
        foreach (var person in people) browsers.Add(await ReadyToActivateAsync(person));
        // The password takes its time, and five of them more: the first are answered, the last have hardly begun.
        int[] milliseconds = [600, 300, 150, 60, 0];
        await run.KillAndStartAgainAsync([.. people.Zip(browsers, milliseconds).Select(x => (x.Third, Activation(x.First, x.Second)))]);
        foreach (var (person, browser) in people.Zip(browsers)) await GoesOnAsync(person, browser);
        await HaveOneLoginAsync(people);
    }

    [Fact]
    public async Task An_activation_killed_inside_its_transaction_leaves_nothing_and_goes_on()
    {
        DemoPerson[] people = [DemoPeople.TwoSchools, DemoPeople.Simplified];
        var browsers = new List<Browser>();
        foreach (var person in people) browsers.Add(await ReadyToActivateAsync(person));
        await using (await run.HoldAsync("kernel.outbox"))
        {
            var sent = people.Zip(browsers).Select(x => KillableRun.CutOffIsNullAsync(Activation(x.First, x.Second))).ToList();
            // The fact is the last step: the login is in the table, and not yet for others to see.
            await run.UntilTheyWaitAsync(2, "insert into kernel.outbox (topic");
            await run.KillAsync();
            Assert.All(await Task.WhenAll(sent), Assert.Null);
            foreach (var person in people) Assert.Equal((0, false, 0), await StateOfAsync(person));
            await run.StartAsync();
        }
        foreach (var (person, browser) in people.Zip(browsers)) await GoesOnAsync(person, browser);
        await HaveOneLoginAsync(people);
    }

    private async Task<Browser> ReadyToActivateAsync(DemoPerson person)
    {
        var browser = await run.SignInAsync(person);
        Assert.Equal("/activate", browser.Url.AbsolutePath);
        return browser;
    }

    private static Func<Task<Browser>> Activation(DemoPerson person, Browser browser) => () => browser.SubmitAsync(("Password", person.Password));

    // The page stands open with its button: pressed again, it does what is left to do. Then a new sign-in, which asks nothing more.
    private async Task GoesOnAsync(DemoPerson person, Browser browser)
    {
        if (browser.Location is null) await browser.SubmitAsync(("Password", person.Password));
        await browser.FollowAsync();
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.NotEqual("/activate", browser.Url.AbsolutePath);
        var again = await run.SignInAsync(person);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal(person.Lands == "choose" ? "/choose" : $"/{person.Lands}/", again.Url.AbsolutePath);
    }

    private async Task HaveOneLoginAsync(DemoPerson[] people)
    {
        foreach (var person in people)
        {
            Assert.Equal((1, true, 1), await StateOfAsync(person));
            await run.UntilAsync("""
                select told_portal_at is not null and portal_refused is null from signin.login l join signin.profile p on p.id = l.profile_id
                  join signin.account a on a.id = p.account_id where a.subject = @subject
                """, new { subject = Subject(person) });
        }
    }

    private Task<(int Logins, bool Activated, int Audited)> StateOfAsync(DemoPerson person) => run.AskAsync<(int, bool, int)>("""
        select (select count(*) from signin.login l where l.profile_id = p.id)::int, p.activated_at is not null,
               (select count(*) from kernel.audit where act = 'signin.activated' and subject = p.id::text)::int
          from signin.profile p join signin.account a on a.id = p.account_id where a.subject = @subject
        """, new { subject = Subject(person) });

    private static string Subject(DemoPerson person) => DemoSeed.AccountIdOf(person).ToString();
}
