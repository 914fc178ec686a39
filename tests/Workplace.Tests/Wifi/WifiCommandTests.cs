using System.Net;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary><c>./aupd wifi</c>, as an administrator types it beside a service that runs.</summary>
[Collection(WithWifi.Name)]
public sealed class WifiCommandTests(WifiSchool school)
{
    private const string NameRule = "The name of a RADIUS server is 1 to 32 small Latin letters, digits and hyphens.";

    [Fact, Trait("takes", "long")]
    public async Task A_server_is_made_known_gets_a_new_key_and_is_removed_and_each_leaves_a_line_in_the_trail()
    {
        await school.ActivateAsync(await school.TeacherAsync("cwhole"));
        var first = await KeyAsync("add", "c-whole", "--school", "4185", "--school", "653", "--school", "4185");
        Assert.Matches("^c-whole\\.[A-Za-z0-9_-]{43}$", first);
        Assert.Equal(HttpStatusCode.OK, await JoinAsync("cwhole", first));
        Assert.Contains("c-whole                          4185,653; since ", await ListAsync(), StringComparison.Ordinal);

        var second = await KeyAsync("new-key", "c-whole");
        Assert.NotEqual(first, second);
        // What a node has read of a server it believes for some seconds.
        await Eventually.HoldsAsync("the new key opens", async () =>
        {
            school.Clock.Advance(TimeSpan.FromSeconds(6));
            return await JoinAsync("cwhole", second) == HttpStatusCode.OK;
        });
        Assert.Equal(HttpStatusCode.OK, await JoinAsync("cwhole", first));
        Assert.Contains("; the key before works until ", await ListAsync(), StringComparison.Ordinal);

        Assert.Equal((0, ""), await RunAsync("server", "remove", "c-whole"));
        school.Clock.Advance(TimeSpan.FromSeconds(6));
        foreach (var key in new[] { first, second }) Assert.Equal(HttpStatusCode.Forbidden, await JoinAsync("cwhole", key));
        Assert.DoesNotContain("c-whole", await ListAsync(), StringComparison.Ordinal);

        Assert.Equal("workplace.radius-server-added command {\"schools\": [\"4185\", \"653\"]}, workplace.radius-server-new-key command , workplace.radius-server-removed command ",
            await school.QueryAsync<string>("select string_agg(act || ' ' || actor || ' ' || coalesce(details::text, ''), ', ' order by id) from kernel.audit where subject = 'c-whole'"));
        var kept = await school.QueryAsync<string>("select coalesce((select string_agg(a::text, ' ') from kernel.audit a), '') || coalesce((select string_agg(s::text, ' ') from workplace.radius_server s), '')");
        foreach (var key in new[] { first, second }) Assert.DoesNotContain(key.Split('.')[1], kept, StringComparison.Ordinal);
        school.SetClock();
    }

    [Theory]
    [InlineData(NameRule, "server", "add", "")]
    [InlineData(NameRule, "server", "add", "Radius")]
    [InlineData(NameRule, "server", "add", "сервер")]
    [InlineData(NameRule, "server", "add", "a.b")]
    [InlineData(NameRule, "server", "add", "a b")]
    [InlineData(NameRule, "server", "add", "a\0b")]
    [InlineData(NameRule, "server", "add", "a23456789-123456789-123456789-123")]
    [InlineData("There is a server test already; \"new-key\" gives it another key.", "server", "add", "test")]
    [InlineData("There is no school with the NSI id \"\".", "server", "add", "c-bad", "--school", "")]
    [InlineData("There is no school with the NSI id \"0\".", "server", "add", "c-bad", "--school", "4185", "--school", "0")]
    [InlineData("There is no school with the NSI id \"41?5\".", "server", "add", "c-bad", "--school", "41\u001b5")]
    [InlineData("There is no server c-none.", "server", "new-key", "c-none")]
    [InlineData(NameRule, "server", "new-key", "C-None")]
    [InlineData("There is no server c-none.", "server", "remove", "c-none")]
    [InlineData(NameRule, "server", "remove", "\u001b[2J")]
    [InlineData("Nobody has the login c-nobody.", "refusals", "--login", "c-nobody")]
    [InlineData("A login is 1 to 64 Latin letters, digits and signs, without spaces; \"\" is none.", "refusals", "--login", "")]
    [InlineData("A login is 1 to 64 Latin letters, digits and signs, without spaces; \"иванов\" is none.", "refusals", "--login", "иванов")]
    [InlineData("A login is 1 to 64 Latin letters, digits and signs, without spaces; \"a?\" is none.", "refusals", "--login", "a\0")]
    [InlineData("Nobody has the login '||(select'1')||'.", "refusals", "--login", "'||(select'1')||'")]
    public async Task What_cannot_be_done_is_said_in_a_sentence_and_nothing_is_changed(string sentence, params string[] words)
    {
        // Schools come with the first import.
        if (words.Contains("--school")) await school.TeacherAsync("c-import");
        var before = await KeptAsync();
        Assert.Equal((1, sentence + Environment.NewLine), await RunAsync(words));
        Assert.Equal(before, await KeptAsync());
    }

    // The words are not understood: how they go is shown beside the sentence.
    [Theory]
    [InlineData("Required argument 'NAME' missing for command: 'add'.", "server", "add")]
    [InlineData("Required argument 'NAME' missing for command: 'remove'.", "server", "remove")]
    [InlineData("Unrecognized command or argument 'c-two'.", "server", "add", "c-one", "c-two")]
    [InlineData("Required command was not provided.", "server")]
    public async Task Words_that_are_missing_or_too_many_are_named_and_nothing_is_changed(string sentence, params string[] words)
    {
        var before = await KeptAsync();
        var (code, said) = await RunAsync(words);
        Assert.Equal(1, code);
        Assert.Contains(sentence, said, StringComparison.Ordinal);
        Assert.Equal(before, await KeptAsync());
    }

    [Fact, Trait("takes", "long")]
    public async Task Refusals_are_listed_with_reason_count_place_and_the_number_for_the_trail()
    {
        await school.ActivateAsync(await school.TeacherAsync("crefused"));
        await school.ActivateAsync(await school.TeacherAsync("cwelcome"));
        // The command knows the logins that a worker has heard of.
        await school.SoonAsync("both logins are known", () => school.QueryAsync<bool>("select count(*) = 2 from workplace.account where login in ('crefused', 'cwelcome')"));
        Assert.Equal((0, ""), await RunAsync("refusals", "--login", "cwelcome"));
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.Unauthorized, await school.StatusAsync("crefused", "не тот пароль", device: "02-00-00-00-cc-01"));
        Assert.Equal(HttpStatusCode.OK, await JoinAsync("cwelcome", school.Key));

        var (code, said) = await RunAsync("refusals", "--login", "CRefused");
        Assert.Equal(0, code);
        var line = Assert.Single(said.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  crefused             wrong-password       2x  test 0a-00-00-00-00-01  \\d+$", line);
        Assert.Contains(line, (await RunAsync("refusals")).Said, StringComparison.Ordinal);
        Assert.Equal((0, ""), await RunAsync("refusals", "--login", "cwelcome"));

        (code, said) = await TestCommand.RunAsync(school.Service.Source.ConnectionString, "trace", line.Split(' ')[^1]);
        Assert.Equal(0, code);
        Assert.Contains("Школьный Wi-Fi не", said, StringComparison.Ordinal);
    }

    private async Task<string> KeyAsync(params string[] words)
    {
        var (code, said) = await RunAsync(["server", .. words]);
        Assert.True(code == 0, said);
        return Assert.Single(said.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task<string> ListAsync()
    {
        var (code, said) = await RunAsync("server", "list");
        Assert.Equal(0, code);
        return said;
    }

    private Task<HttpStatusCode> JoinAsync(string login, string key) => school.StatusAsync(login, Person.Password, device: "02-00-00-00-cc-02", key: key);

    private Task<(int Code, string Said)> RunAsync(params string[] words) => TestCommand.RunAsync(school.Service.Source.ConnectionString, ["wifi", .. words]);

    // Of what these commands write.
    private Task<string> KeptAsync() => school.QueryAsync<string>("""
        select (select string_agg(s::text, ' ' order by name) from workplace.radius_server s) || (select count(*) from kernel.audit where act like 'workplace.radius-server%')::text
        """);
}
