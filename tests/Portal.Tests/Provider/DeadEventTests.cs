using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Provider;

/// <summary><c>aupd portal events</c>: what the school has not taken for more than an hour.</summary>
public sealed class DeadEventTests(SiteBeforeFakeSchool site) : IClassFixture<SiteBeforeFakeSchool>
{
    [Fact, Trait("takes", "long")]
    public async Task An_event_that_was_given_up_is_seen_and_told_when_it_is_replayed()
    {
        var person = await site.NewPersonAsync();
        Assert.Equal((0, "0 wait; 0 of them have failed and are tried again; 0 given up."), await RunAsync("state"));
        Assert.Equal((0, ""), await RunAsync("dead"));
        Assert.Equal((0, "0 tried again."), await RunAsync("replay"));
        site.Refusals = OutboxPump.MaxAttempts;
        await using (var scope = site.Scope())
            Assert.IsType<SetIdentifierOutcome.Changed>(await scope.ServiceProvider.GetRequiredService<SetIdentifier>()
                .RunAsync(person.Id, new IdentifierChange.OfPhone(Phone.TryParse("+7 999 100-20-40")), "test"));
        for (var attempt = 1; attempt <= OutboxPump.MaxAttempts; attempt++)
        {
            await Eventually.HoldsAsync($"attempt {attempt}", async () => await site.AskAsync<int>("select attempts from kernel.outbox where key = @key", new { key = person.Id.ToString() }) >= attempt);
            if (attempt == 1) Assert.Matches(@"^1 wait, the oldest since [-\d]+ [:\d]+ UTC; 1 of them have failed and are tried again; 0 given up\.$", (await RunAsync("state")).Said);
            site.Clock.Advance(TimeSpan.FromHours(2));
        }
        Assert.Equal((0, "0 wait; 0 of them have failed and are tried again; 1 given up: see \"portal events dead\"."), await RunAsync("state"));
        var (code, said) = await RunAsync("dead");
        Assert.Equal(0, code);
        Assert.Matches($"^{person.Id}  portal.tell-identifier-changed .*, given up .*HttpRequestException: The school gateway answered 5", said);
        Assert.DoesNotContain("999", said.Replace(person.Id.ToString(), "", StringComparison.Ordinal));

        var other = await site.NewPersonAsync();
        Assert.Equal((1, "There is no such account."), await RunAsync("replay", "--account", "nobody-of-this-name"));
        Assert.Equal((0, "0 tried again."), await RunAsync("replay", "--account", other.Login));
        Assert.Equal((0, "1 tried again."), await RunAsync("replay", "--account", person.Login));
        // The command goes by the real clock.
        var due = await site.AskAsync<DateTime>("select due_at from kernel.outbox where key = @key", new { key = person.Id.ToString() });
        if (due > site.Clock.GetUtcNow()) site.Clock.Advance(due - site.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        Assert.Equal("+79991002040", (await site.NextEventAsync(person.Id)).Details.GetProperty("new-value").GetString());
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where act = 'portal.events-replayed' and subject = @key", new { key = person.Id.ToString() }));
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] words)
    {
        var (code, said) = await TestCommand.RunAsync(site.Service.Source.ConnectionString, ["portal", "events", .. words]);
        return (code, said.Trim());
    }
}
