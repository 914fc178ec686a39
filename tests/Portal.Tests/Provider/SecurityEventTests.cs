using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Events;
using Aupd.Portal.Sessions;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Provider;

public sealed class SecurityEventTests(SiteBeforeFakeSchool site) : IClassFixture<SiteBeforeFakeSchool>
{
    [Fact]
    public async Task A_changed_password_is_told_and_the_sessions_it_ended_are_too()
    {
        var person = await site.NewPersonAsync();
        using var browser = await site.SignedInAsync(person);
        var session = Assert.Single(await site.Get<PortalSessions>().ListAsync(person.Id));
        await using (var scope = site.Scope())
            Assert.IsType<ChangePasswordOutcome.Changed>(
                await scope.ServiceProvider.GetRequiredService<ChangePassword>().RunAsync(session, PortalSite.Password,
                    "четыре синих чайника"));
        var told = await site.NextEventAsync(person.Id);
        Assert.Equal(SecurityEvent.CredentialChange, told.Type);
        Assert.Equal(person.Id.ToString(), told.Subject);
        Assert.Equal("password", told.Details.GetProperty("credential_type").GetString());
        Assert.Equal("update", told.Details.GetProperty("change_type").GetString());
        Assert.Equal(site.Clock.GetUtcNow().ToUnixTimeSeconds(), told.Details.GetProperty("event_timestamp").GetInt64());
    }

    [Fact, Trait("takes", "long")]
    public async Task A_changed_phone_email_snils_or_name_is_told_with_its_new_value()
    {
        var person = await site.NewPersonAsync();
        await ChangeAsync(person, new IdentifierChange.OfPhone(Phone.TryParse("+7 999 100-20-30")));
        await ToldAsync("phone", "+79991002030");
        await ChangeAsync(person, new IdentifierChange.OfEmail(Email.TryParse("New@Mail.Example")));
        await ToldAsync("email", "new@mail.example");
        await ChangeAsync(person, new IdentifierChange.OfName(PersonName.TryCreate("Петрова", "Мария", "Петровна")!));
        // Another name has to be confirmed with the СНИЛС anew.
        await ToldAsync("snils", null);
        await ToldAsync("name", null);
        // One that is merely typed in is no news.
        var snils = Snils.TryParse(PortalSite.Snils("345678901"))!;
        await ChangeAsync(person, new IdentifierChange.OfSnils(snils));
        await ChangeAsync(person, new IdentifierChange.SnilsConfirmed(snils));
        await ToldAsync("snils", snils.Digits);
        await ChangeAsync(person, new IdentifierChange.OfSnils(null));
        await ToldAsync("snils", null);
        await ChangeAsync(person, new IdentifierChange.OfPhone(null));
        await ToldAsync("phone", null);

        async Task ToldAsync(string identifier, string? value)
        {
            var told = await site.NextEventAsync(person.Id);
            Assert.Equal(SecurityEvent.IdentifierChange, told.Type);
            Assert.Equal(identifier, told.Details.GetProperty("identifier").GetString());
            Assert.Equal(value, told.Details.TryGetProperty("new-value", out var sent) ? sent.GetString() : null);
        }
    }

    [Fact]
    public async Task A_gateway_that_is_down_is_told_later_and_the_facts_hold_ids_alone()
    {
        var person = await site.NewPersonAsync();
        site.Refusals = 1;
        await ChangeAsync(person, new IdentifierChange.OfPhone(Phone.TryParse("+7 999 100-20-31")));
        await Eventually.HoldsAsync("a first try", async () => await site.AskAsync<long>("select count(*) from kernel.outbox where attempts = 1") > 0);
        var payload = await site.AskAsync<string>("select payload::text from kernel.outbox where topic = @topic",
            new { topic = IdentifierChanged.Topic });
        Assert.DoesNotContain("999", payload!.Replace(person.Id.ToString(), "", StringComparison.Ordinal).Split("changeId")[0]);
        Assert.DoesNotContain("+7", payload);
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("+79991002031", (await site.NextEventAsync(person.Id)).Details.GetProperty("new-value").GetString());
    }

    private async Task ChangeAsync(Person person, IdentifierChange change)
    {
        await using var scope = site.Scope();
        Assert.IsType<SetIdentifierOutcome.Changed>(
            await scope.ServiceProvider.GetRequiredService<SetIdentifier>().RunAsync(person.Id, change, "test"));
    }
}
