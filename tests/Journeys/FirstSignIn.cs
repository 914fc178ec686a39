using Aupd.Demo.Region;
using Aupd.Kernel.Audit;
using Aupd.SignIn.Doors;
using Aupd.Web.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>Every demo person signs in for the first time, from the start page to the service or to the page that says why not; then once
/// more. docs/journeys/ tells the same in words. A first sign-in happens once, so each look has a region of its own.</summary>
public abstract class FirstSignIn(DemoRegionRunning region, Func<int, Look> lookOf)
{
    public static TheoryData<string> Everyone => [.. DemoPeople.All.Select(p => p.Key)];

    [Theory, MemberData(nameof(Everyone))]
    public async Task A_demo_person_arrives_where_the_table_says(string key)
    {
        var person = DemoPeople.All.Single(p => p.Key == key);
        await using var visitor = await region.VisitAsync(key, lookOf(DemoPeople.All.ToList().IndexOf(person)));
        await visitor.SignInAsync(person);
        if (person.Activates) await ActivateAsync(visitor, person);
        await ArriveAsync(visitor, person);
        await ComeAgainAsync(visitor, person);
    }

    private static async Task ActivateAsync(Visitor visitor, DemoPerson person)
    {
        await visitor.ExpectHeadingAsync("Активация аккаунта", "Account activation");
        await visitor.Page.Locator("input[type=password]").FillAsync(person.Password);
        await visitor.PressAsync("Активировать", "Activate");
        await visitor.ExpectHeadingAsync("Аккаунт активирован", "Account activated");
        var login = await visitor.Page.Locator(".big").InnerTextAsync();
        Assert.Matches("^[a-z0-9_-]{1,20}$", login);
        if (person.Key == "dotted-login") Assert.Equal("nikolaeva", login);
        await visitor.PressAsync("Приступить к работе", "Start working");
    }

    private static async Task ArriveAsync(Visitor visitor, DemoPerson person)
    {
        switch (person.Lands)
        {
            case "no-account":
                await visitor.ExpectHeadingAsync("Такой учётной записи нет", "There is no such account");
                await ExplainsAsync(visitor, person);
                break;
            case "choose":
                await visitor.ExpectHeadingAsync("Куда войти?", "Where do you want to go?");
                await visitor.ClickAsync(visitor.Page.Locator("button.card").First);
                await visitor.ExpectServiceAsync(person, "journal");
                if (person.Key == "teacher-parent") await SwitchAsync(visitor, person);
                break;
            default:
                await visitor.ExpectServiceAsync(person, person.Lands);
                break;
        }
    }

    // What the person reads, and what support reads when told the number.
    private static async Task ExplainsAsync(Visitor visitor, DemoPerson person)
    {
        var number = await visitor.Page.Locator("text=/\\d{3}-\\d{3}-\\d{4}/").First.InnerTextAsync();
        var digits = string.Concat(number.Where(c => char.IsAsciiDigit(c) || c == '-')).Trim('-');
        await using var services = CommandServices.School(visitor.Service.Shared);
        var report = string.Join('\n', await services.GetRequiredService<TraceReport>()
            .RunAsync(TraceNumber.TryParse(digits)!, russian: true, "test", default));
        foreach (var verdict in person.Verdicts.Where(v => v.RecordId is not null)) Assert.Contains(verdict.RecordId!, report);
        Assert.DoesNotContain(person.Account.LastName, report);
    }

    private static async Task ComeAgainAsync(Visitor visitor, DemoPerson person)
    {
        await visitor.Page.GotoAsync(visitor.Service.SchoolUrl + "/");
        switch (person.Lands)
        {
            case "no-account": await visitor.ExpectHeadingAsync("Такой учётной записи нет", "There is no such account"); break;
            case "choose": await visitor.ExpectHeadingAsync("Куда войти?", "Where do you want to go?"); break;
            default: await visitor.ExpectServiceAsync(person, person.Lands); break;
        }
    }

    // The other role, without a password.
    private static async Task SwitchAsync(Visitor visitor, DemoPerson person)
    {
        await visitor.PressAsync("Другая роль или сервис", "Another role or service");
        await visitor.ClickAsync(visitor.Page.GetByRole(AriaRole.Button, new() { Name = visitor.Say("Дневник", "Diary") }).First);
        await visitor.ExpectServiceAsync(person, "diary");
    }
}

/// <summary>On a phone, in Russian.</summary>
[Collection(Region.Name)]
public sealed class FirstSignInOnAPhone(DemoRegionRunning region) : FirstSignIn(region, _ => new Look());

/// <summary>On a desk, in English: half of the people with JavaScript, half without it and in the dark.</summary>
public sealed class FirstSignInOnADesk(DemoRegionRunning region)
    : FirstSignIn(region, n => new Look(1280, "en", Dark: n % 2 == 0, JavaScript: n % 2 == 1)), IClassFixture<DemoRegionRunning>;
