using System.Net;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>Requests that come at the same time are decided in one statement (decision 83): each gets what is its own, and nobody waits for a stranger.</summary>
[Trait("takes", "long")]
public sealed class TogetherTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private const int Many = 20;

    private static string[] People(string name) => [.. Enumerable.Range(1, Many).Select(i => $"{name}-{i}")];

    [Fact]
    public async Task Of_many_who_refresh_at_once_each_gets_the_next_token_of_their_own_and_they_share_statements()
    {
        using var browser = fixture.Browser();
        var people = People("refreshing");
        var tokens = await InTurnAsync(people, async p => (await browser.TokensAsync(p)).Text("refresh_token")!);
        var seen = await WhileLockedAsync("openid.client_grant", () => tokens.Select(t => browser.RefreshAsync(t)));
        AssertOwn(people, seen);
        await AssertSharedAsync("select count(distinct xmin::text) from openid.client_grant where subject like 'refreshing-%'");
        AssertOwn(people, await Task.WhenAll(seen.Select(s => browser.RefreshAsync(s.Text("refresh_token")!))));
    }

    [Fact]
    public async Task Of_many_who_redeem_codes_at_once_each_gets_tokens_of_their_own_and_they_share_statements()
    {
        using var browser = fixture.Browser();
        var people = People("redeeming");
        var codes = await InTurnAsync(people, p => browser.CodeAsync(p));
        var seen = await WhileLockedAsync("openid.authorization_code", () => codes.Select(c => browser.TokenAsync(TestBrowser.Redeem(c))));
        AssertOwn(people, seen);
        await AssertSharedAsync("select count(distinct xmin::text) from openid.client_grant where subject like 'redeeming-%'");
        AssertOwn(people, await Task.WhenAll(seen.Select(s => browser.RefreshAsync(s.Text("refresh_token")!))));
        foreach (var token in seen) Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(token.Text("access_token")!)).Status);
    }

    [Fact]
    public async Task What_is_wrong_with_one_request_is_told_to_that_one_and_the_others_pass()
    {
        using var browser = fixture.Browser();
        var people = People("mixed");
        var tokens = await InTurnAsync(people, async p => (await browser.TokensAsync(p)).Text("refresh_token")!);
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(tokens[0])).Status);
        fixture.People.Disabled[people[1]] = true;
        var seen = await WhileLockedAsync("openid.client_grant", () => tokens.Select((t, i) => browser.RefreshAsync(t, i == 2 ? "other" : "web")));
        fixture.People.Disabled.TryRemove(people[1], out _);
        Assert.All(seen[..3], s => Assert.Equal("invalid_grant", s.Text("error")));
        AssertOwn(people[3..], seen[3..]);
        // Spent before and disabled: their families are over. The other client's attempt harmed nobody.
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens[1])).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(tokens[2])).Status);
    }

    [Fact]
    public async Task What_is_wrong_with_one_code_spends_that_one_and_the_others_pass()
    {
        using var browser = fixture.Browser();
        var people = People("coded");
        var codes = await InTurnAsync(people, p => browser.CodeAsync(p));
        var wrong = codes.Select(c => TestBrowser.Redeem(c)).ToArray();
        wrong[0]["code_verifier"] = new string('x', 43);
        wrong[1]["redirect_uri"] = "https://web.test/cb?fixed=1";
        var seen = await WhileLockedAsync("openid.authorization_code", () => wrong.Select(form => browser.TokenAsync(form)));
        Assert.All(seen[..2], s => Assert.Equal("invalid_grant", s.Text("error")));
        AssertOwn(people[2..], seen[2..]);
        foreach (var code in codes[..2]) Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
    }

    [Fact]
    public async Task Whose_grant_somebody_else_holds_waits_alone()
    {
        using var browser = fixture.Browser();
        var people = People("waiting");
        var tokens = await InTurnAsync(people, async p => (await browser.TokensAsync(p)).Text("refresh_token")!);
        await using var connection = await fixture.Site.Shared.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "select 1 from openid.client_grant where subject = 'waiting-1' for update";
            Assert.Equal(1, await hold.ExecuteScalarAsync());
        }
        var first = browser.RefreshAsync(tokens[0]);
        AssertOwn(people[1..], await Task.WhenAll(tokens[1..].Select(t => browser.RefreshAsync(t))));
        Assert.False(first.IsCompleted);
        await transaction.CommitAsync();
        AssertOwn(people[..1], [await first]);
    }

    /// <summary>The table is locked until the requests have come; so that those after the first ones have to wait, and go together.</summary>
    private async Task<Seen[]> WhileLockedAsync(string table, Func<IEnumerable<Task<Seen>>> begin)
    {
        await using var connection = await fixture.Site.Shared.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = $"lock table {table} in exclusive mode";
            await hold.ExecuteNonQueryAsync();
        }
        var requests = begin().ToList();
        // Nothing tells from outside that a request has come; that two of twenty have is enough.
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        Assert.DoesNotContain(requests, r => r.IsCompleted);
        await transaction.CommitAsync();
        return await Task.WhenAll(requests);
    }

    private async Task AssertSharedAsync(string count)
    {
        await using var command = fixture.Site.Shared.Source.CreateCommand(count);
        Assert.InRange((long)(await command.ExecuteScalarAsync())!, 1, Many - 1);
    }

    private static void AssertOwn(IReadOnlyList<string> people, IReadOnlyList<Seen> seen)
    {
        Assert.All(seen, s => Assert.True(s.Status == HttpStatusCode.OK, s.Body));
        Assert.Equal(people, seen.Select(s => TestBrowser.Claims(s.Text("id_token")).GetProperty("sub").GetString()));
        Assert.Equal(people.Count, seen.Select(s => s.Text("refresh_token")).Distinct().Count());
    }

    private static async Task<string[]> InTurnAsync(string[] people, Func<string, Task<string>> get)
    {
        var gotten = new List<string>();
        foreach (var person in people) gotten.Add(await get(person));
        return [.. gotten];
    }
}
