using Aupd.Kernel.Facts;
using Aupd.Portal.Confirmation;
using Aupd.Portal.Doors;
using Aupd.Portal.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Confirmation;

public sealed class SnilsTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private static int _numbers = 300_000_000;

    private static Kernel.People.Snils Of(string digits) => Kernel.People.Snils.TryParse(digits)!;

    [Fact]
    public async Task A_snils_that_was_typed_in_waits_and_signs_in_once_confirmed()
    {
        var (person, snils) = await EnteredAsync();
        Assert.Equal(200, await site.TryAsync(site.NewBrowser(), snils, PortalSite.Password));
        Assert.Contains(await AskAsync(d => d.WaitingAsync("test")), w => w.AccountId == person.Id && w.Snils.Digits == snils);
        Assert.IsType<SnilsDecisionOutcome.Decided>(await AskAsync(d => d.ConfirmAsync(person.Id, "test", Of(snils))));
        Assert.IsType<SnilsDecisionOutcome.Unchanged>(await AskAsync(d => d.ConfirmAsync(person.Id, "test", Of(snils))));
        Assert.DoesNotContain(await AskAsync(d => d.WaitingAsync("test")), w => w.AccountId == person.Id);
        Assert.NotEqual(0, await site.AskAsync<long>(
            "select count(*) from kernel.audit where act = 'portal.snils-requests-read' and actor = 'test' and details::text like '%' || @id || '%'",
            new { id = person.Id.ToString() }));
        Assert.Contains(await site.MessagesToAsync(person.Email), m => m.Text.Contains("СНИЛС подтверждён"));
        Assert.Equal(303, await site.TryAsync(site.NewBrowser(), snils, PortalSite.Password));
    }

    [Fact]
    public async Task A_declined_one_is_told_and_may_be_asked_for_again()
    {
        var (person, snils) = await EnteredAsync();
        Assert.IsType<SnilsDecisionOutcome.Decided>(await AskAsync(d => d.DeclineAsync(person.Id, "test", Of(snils))));
        Assert.IsType<SnilsDecisionOutcome.Unchanged>(await AskAsync(d => d.DeclineAsync(person.Id, "test", Of(snils))));
        var browser = await (await site.SignedInAsync(person)).GetAsync("/profile/snils");
        Assert.Contains("Номер и имя не сошлись", browser.MainText());
        await browser.SubmitAndFollowAsync(("Number", snils));
        Assert.Contains(await AskAsync(d => d.WaitingAsync("test")), w => w.AccountId == person.Id);
    }

    [Fact, Trait("takes", "long")]
    public async Task Of_thirty_accounts_with_one_snils_one_is_confirmed()
    {
        var snils = NewSnils();
        var people = new List<Person>();
        for (var i = 0; i < 30; i++) people.Add(await site.NewPersonAsync(a => a with { Snils = Kernel.People.Snils.TryParse(snils), SnilsConfirmed = false }));
        var outcomes = await Task.WhenAll(people.Select(p => AskAsync(d => d.ConfirmAsync(p.Id, "test", Of(snils)))));
        Assert.Single(outcomes.OfType<SnilsDecisionOutcome.Decided>());
        Assert.Equal(29, outcomes.OfType<SnilsDecisionOutcome.ConfirmedForAnother>().Count());
    }

    [Fact]
    public async Task Nothing_is_decided_about_another_number_than_the_judged_one()
    {
        var (person, _) = await EnteredAsync();
        var judged = Of(NewSnils());
        Assert.IsType<SnilsDecisionOutcome.NothingEntered>(await AskAsync(d => d.ConfirmAsync(person.Id, "test", judged)));
        Assert.IsType<SnilsDecisionOutcome.NothingEntered>(await AskAsync(d => d.DeclineAsync(person.Id, "test", judged)));
        Assert.IsType<SnilsDecisionOutcome.NoAccount>(await AskAsync(d => d.ConfirmAsync(Guid.CreateVersion7(), "test", judged)));
    }

    [Fact]
    public async Task The_door_is_asked_and_its_answer_is_done()
    {
        var (person, snils) = await EnteredAsync();
        var door = new Door();
        await new AskSnilsConfirmation(site.Service.Portal.Services.GetRequiredService<IServiceScopeFactory>(), door)
            .ReceiveAsync(new DeliveredFact(1, SnilsEntered.Topic, "", System.Text.Json.JsonSerializer.SerializeToElement(new { accountId = person.Id }), 1), default);
        Assert.Equal(snils, door.Asked!.Snils.Digits);
        Assert.Equal("confirmed", await site.AskAsync<string>("select snils_state from portal.account where id = @Id", person));
    }

    [Fact]
    public async Task A_snils_of_another_is_refused_in_the_profile_and_can_be_taken_off()
    {
        var owner = await site.NewPersonAsync();
        var (person, _) = await EnteredAsync();
        var browser = await (await site.SignedInAsync(person)).GetAsync("/profile/snils");
        await browser.SubmitAsync(("Number", owner.Snils));
        Assert.Contains("уже подтверждён для другой учётной записи", Assert.Single(browser.Errors()));
        await browser.PressAsync("Remove");
        Assert.Equal("absent", await site.AskAsync<string>("select snils_state from portal.account where id = @Id", person));
        Assert.Equal(0, await site.AskAsync<long>("select count(*) from portal.snils_request where account_id = @Id", person));
    }

    private async Task<(Person, string Snils)> EnteredAsync()
    {
        var snils = NewSnils();
        return (await site.NewPersonAsync(a => a with { Snils = Kernel.People.Snils.TryParse(snils), SnilsConfirmed = false }), snils);
    }

    private async Task<T> AskAsync<T>(Func<ISnilsDecisions, Task<T>> ask)
    {
        await using var scope = site.Scope();
        return await ask(scope.ServiceProvider.GetRequiredService<ISnilsDecisions>());
    }

    private static string NewSnils() => PortalSite.Snils(Interlocked.Increment(ref _numbers).ToString());

    private sealed class Door : ISnilsConfirmation
    {
        public SnilsQuestion? Asked { get; private set; }

        public Task<SnilsAnswer> AskAsync(SnilsQuestion question, CancellationToken ct)
        {
            Asked = question;
            return Task.FromResult(SnilsAnswer.Confirmed);
        }
    }
}
