using System.Net;
using System.Text.Json;
using Aupd.Demo.Region;
using Aupd.TestKit;
using Aupd.Web.Commands;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.Journeys.Crashes;

/// <summary>The program dies while a client redeems codes: a code gives tokens once or not at all, and a fresh authorization always does.</summary>
[Collection(Killable.Name)]
public sealed class CodeRedemptionCrashTests(KillableRun run)
{
    private const string Client = "diary", Spends = "with code";
    private static readonly string Secret = JsonDocument.Parse(File.ReadAllText(DemoSeed.ClientsFile)).RootElement.EnumerateArray()
        .Single(c => c.GetProperty("clientId").GetString() == Client).GetProperty("secret").GetString()!;

    private string Callback => $"{run.DemoUrl}/{Client}/callback";

    [Fact]
    public async Task Codes_redeemed_at_any_moment_before_a_kill_give_tokens_at_most_once()
    {
        int[] milliseconds = [300, 150, 60, 40, 20, 10, 5, 0];
        var (browser, codes) = await CodesAsync(milliseconds.Length + 1);
        var first = await run.KillAndStartAgainAsync([.. milliseconds.Zip(codes, (ms, code) => (ms, Redemption(code)))]);
        for (var i = 0; i < milliseconds.Length; i++)
        {
            var second = await Redemption(codes[i])();
            IsTokensOrInvalidGrant(second);
            if (first[i] is { } answer)
            {
                Assert.Equal(HttpStatusCode.OK, answer.Status);
                Assert.Equal(HttpStatusCode.BadRequest, second.Status);
            }
            else if (second.Status == HttpStatusCode.OK) Assert.Equal("invalid_grant", (await Redemption(codes[i])()).Text("error"));
        }
        Assert.Equal(HttpStatusCode.OK, (await Redemption(codes[^1])()).Status);
        await GoesOnAsync(browser);
    }

    [Fact]
    public async Task A_code_whose_redemption_was_killed_and_rolled_back_gives_its_tokens_to_the_next_try()
    {
        var (browser, codes) = await CodesAsync(2);
        await using (await run.HoldAsync("openid.client_grant"))
        {
            await DieInsideAsync(codes);
            await run.RollBackThoseWhoWaitAsync(Spends);
        }
        await run.StartAsync();
        foreach (var code in codes)
        {
            Assert.Equal(HttpStatusCode.OK, (await Redemption(code)()).Status);
            Assert.Equal("invalid_grant", (await Redemption(code)()).Text("error"));
        }
        await GoesOnAsync(browser);
    }

    [Fact]
    public async Task A_code_that_was_spent_for_a_dead_program_is_spent_and_a_fresh_authorization_goes_on()
    {
        var (browser, codes) = await CodesAsync(2);
        // PostgreSQL does not see that nobody waits for its answer any more: it ends the statement, and the code is spent.
        await using (await run.HoldAsync("openid.client_grant")) await DieInsideAsync(codes);
        await run.UntilAsync("select count(*) = 0 from pg_stat_activity where query like @Spends || '%' and state = 'active'", new { Spends });
        await run.StartAsync();
        foreach (var code in codes) Assert.Equal("invalid_grant", (await Redemption(code)()).Text("error"));
        await GoesOnAsync(browser);
    }

    private async Task DieInsideAsync(string[] codes)
    {
        // One after another, so that each has a statement of its own: the next one does not wait long for one that hangs.
        var sent = new List<Task<Seen?>>();
        foreach (var code in codes)
        {
            sent.Add(KillableRun.CutOffIsNullAsync(Redemption(code)));
            await run.UntilTheyWaitAsync(sent.Count, Spends);
        }
        await run.KillAsync();
        Assert.All(await Task.WhenAll(sent), Assert.Null);
    }

    // The person is still signed in: no form comes between the client and its tokens.
    private async Task GoesOnAsync(Browser browser)
    {
        var tokens = await Redemption(await CodeAsync(browser))();
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        using var client = new TestBrowser(run.SchoolUrl);
        Assert.Equal(HttpStatusCode.OK, (await client.UserInfoAsync(tokens.Text("access_token")!)).Status);
        var refreshed = await client.RefreshAsync(tokens.Text("refresh_token")!, Client, ("client_secret", Secret));
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        // A spent code has its one grant, with its one refresh token; one that is not spent has none.
        Assert.Equal(0, await run.AskAsync<long>("""
            select count(*) from openid.authorization_code c where provider = 'school'
               and (select count(*) from openid.client_grant g where g.id = c.grant_id and cardinality(g.refresh_hashes) = 1) <> (c.spent_at is not null)::int
            """));
    }

    private static void IsTokensOrInvalidGrant(Seen answer)
    {
        if (answer.Status == HttpStatusCode.OK) Assert.NotNull(answer.Text("access_token"));
        else Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (answer.Status, answer.Text("error")));
    }

    private async Task<(Browser, string[])> CodesAsync(int count)
    {
        var browser = await run.SignInAsync(DemoPeople.ParentOfTwo);
        Assert.Equal($"/{Client}/", browser.Url.AbsolutePath);
        var codes = new string[count];
        for (var i = 0; i < count; i++) codes[i] = await CodeAsync(browser);
        return (browser, codes);
    }

    private async Task<string> CodeAsync(Browser browser)
    {
        var request = TestBrowser.Request(Client, ("redirect_uri", Callback), ("scope", "openid profile roles offline_access"));
        await browser.GetAsync(QueryHelpers.AddQueryString(run.SchoolUrl + "/connect/authorize", request!));
        while (browser.Location is { } next && !next.AbsoluteUri.StartsWith(Callback, StringComparison.Ordinal))
            await browser.GetAsync(next.AbsoluteUri);
        return QueryHelpers.ParseQuery(browser.Location!.Query)["code"]!;
    }

    private Func<Task<Seen>> Redemption(string code) => async () =>
    {
        using var client = new TestBrowser(run.SchoolUrl);
        return await client.TokenAsync(TestBrowser.Redeem(code, Client, ("redirect_uri", Callback), ("client_secret", Secret)));
    };
}
