using Aupd.Demo.Region;
using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.Portal.Passwords;
using Aupd.TestKit;
using Aupd.Web.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>What people read when something does not go as it should, and the pages they then use.</summary>
[Collection(Region.Name)]
public sealed class Troubles(DemoRegionRunning region)
{
    private const string Password = "tri medvedya v lesu";

    public static TheoryData<int, string, bool> Looks => new() { { 360, "ru", false }, { 1280, "en", true } };

    [Theory, MemberData(nameof(Looks))]
    public async Task A_teacher_who_mistypes_at_activation_is_told_what_to_do_and_writes_to_support(int width, string language, bool dark)
    {
        await using var visitor = await region.VisitAsync("activation-failed", new Look(width, language, dark));
        await SignInAsync(visitor, await NewTeacherAsync(width == 360 ? 0 : 1));
        await visitor.ExpectHeadingAsync("Активация аккаунта", "Account activation");
        await WindowBeginsAsync();
        for (var i = 0; i < 5; i++) await visitor.SubmitAsync(("Password", "not this one"));
        await visitor.ExpectHeadingAsync("Активация не получилась", "Activation did not work");
        foreach (var why in new[] { "locked", "disabled", "busy" }) await visitor.OpenAsync($"{visitor.Service.SchoolUrl}/activation-failed?why={why}");

        await visitor.PressAsync("Написать нам", "Write to us");
        await visitor.SubmitAsync(("Contact", "+7 900 557-00-01"), ("Text", "Пароль не подходит, хотя на портал я с ним вошла."));
        await visitor.ExpectHeadingAsync("Обращение принято", "Request received");
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task A_teacher_looks_at_her_account_and_signs_out_there(int width, string language, bool dark)
    {
        await using var visitor = await region.VisitAsync("account", new Look(width, language, dark));
        await SignInAsync(visitor, await NewTeacherAsync(width == 360 ? 2 : 3));
        await visitor.SubmitAsync(("Password", Password));
        await visitor.ExpectHeadingAsync("Аккаунт активирован", "Account activated");
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
        await Assertions.Expect(visitor.Page.Locator(".big")).ToBeVisibleAsync();
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/choose");
        await visitor.PressAsync("Выйти", "Sign out");
        await visitor.PressAsync("Выйти", "Sign out");
        await visitor.ExpectHeadingAsync("Вы вышли", "You are signed out");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task Who_tries_too_many_passwords_is_told_how_long_to_wait(int width, string language, bool dark)
    {
        await using var visitor = await region.VisitAsync("too-many-tries", new Look(width, language, dark));
        var statuses = new List<int>();
        await WindowBeginsAsync();
        visitor.Page.Response += (_, response) => { if (response.Request.Method == "POST") statuses.Add(response.Status); };
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/login");
        for (var i = 0; i < 6; i++) await visitor.SubmitAsync(("Login", $"nobody{width}@example.org"), ("Password", "not this one"));
        await visitor.ExpectTextAsync(visitor.Say("Слишком много попыток. Подождите", "Too many tries. Wait"));
        Assert.Equal([200, 200, 200, 200, 200, 429], statuses);
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task In_a_crowd_the_sign_in_page_asks_to_come_back(int width, string language, bool dark)
    {
        // One hash at a time and no patience; somebody else's is under way.
        await using var service = await RunningService.StartAsync(new Dictionary<string, string?>
        {
            ["Portal:Hashing:AtOnce"] = "1", ["Portal:Hashing:LongestWaitMilliseconds"] = "10",
        });
        await using var visitor = await region.VisitAsync("crowd", new Look(width, language, dark), service);
        await visitor.OpenAsync(service.PortalUrl + "/login");
        using var done = new ManualResetEventSlim();
        var other = await BegunAsync(service.Portal.Services.GetRequiredService<HashGate>(), done);
        await visitor.SubmitAsync(("Login", "second@example.org"), ("Password", "not this one"));
        await visitor.ExpectTextAsync(visitor.Say("Сейчас входит очень много людей", "Very many people are signing in"));
        done.Set();
        Assert.True((await other).Passed);
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task When_the_portal_or_the_gateway_is_down_the_page_says_that_nothing_is_wrong_with_the_person(int width, string language, bool dark)
    {
        await using var service = await RunningService.StartAsync(new Dictionary<string, string?> { ["OpenId:ClientsFile"] = DemoSeed.ClientsFile });
        await using var visitor = await region.VisitAsync("down", new Look(width, language, dark), service);
        await service.Portal.StopAsync();
        await visitor.OpenAsync(service.SchoolUrl + "/");
        await visitor.StartSignInAsync();
        await visitor.ExpectHeadingAsync("Портал не отвечает", "The portal does not answer");
        await service.School.StopAsync();
        await visitor.OpenAsync(service.DemoUrl + "/diary/login");
        await visitor.ExpectHeadingAsync("Вход сейчас не работает", "Sign-in does not work right now");
        foreach (var why in new[] { "Refused", "Expired", "BadAnswer", "OtherGateway", "Ended", "SignedOutHereOnly" })
            await visitor.OpenAsync($"{service.DemoUrl}/diary/trouble?why={why}");
    }

    // Tries are counted by quarters of an hour of the clock: when one is about to end, the next is waited for.
    private static async Task WindowBeginsAsync()
    {
        var left = TimeSpan.FromMinutes(15) - TimeSpan.FromTicks(DateTimeOffset.UtcNow.Ticks % TimeSpan.FromMinutes(15).Ticks);
        if (left < TimeSpan.FromSeconds(90)) await Task.Delay(left);
    }

    // Without patience even the first hash may be turned away, when the gate's thread is slow to wake up.
    private static Task<Task<GateResult<int>>> BegunAsync(HashGate gate, ManualResetEventSlim done) =>
        Eventually.GetAsync("a hash that is under way", async () =>
        {
            var begun = new TaskCompletionSource();
            var hash = gate.RunAsync(() => { begun.SetResult(); done.Wait(); return 0; });
            await Task.WhenAny(begun.Task, hash);
            return begun.Task.IsCompleted ? hash : null;
        });

    private static async Task SignInAsync(Visitor visitor, string phone)
    {
        await visitor.Page.GotoAsync(visitor.Service.SchoolUrl + "/signin/start");
        await visitor.EnterPortalAsync(phone, Password);
    }

    // A teacher of the generated region who has just got an account, so that no demo person's tries are spent here.
    private async Task<string> NewTeacherAsync(int number)
    {
        var activating = File.ReadLines(Path.Combine(region.RegionFolder, "organisations.csv")).Select(l => l.Split(';')).Where(o => o[6] == "yes").Select(o => o[0]).ToHashSet();
        var record = File.ReadLines(Path.Combine(region.RegionFolder, "staff.csv")).Select(l => l.Split(';'))
            .Where(s => !s[0].StartsWith("demo-", StringComparison.Ordinal) && activating.Contains(s[1]) && Snils.TryParse(s[5]) is not null
                && s[8] == "yes" && string.CompareOrdinal(s[9], "2023") < 0 && s[9].Length > 0 && s[10].Length == 0).ElementAt(number);
        var phone = $"+7 900 557-10-{number:D2}";
        await using var portal = CommandServices.Portal(region.Service.Shared);
        await using var scope = portal.CreateAsyncScope();
        var name = PersonName.TryCreate(record[2], record[3], record[4].Length > 0 ? record[4] : null)!;
        Assert.IsType<CreateAccountOutcome.Created>(await scope.ServiceProvider.GetRequiredService<IAccounts>().CreateAsync(
            new NewAccount(name, Snils.TryParse(record[5]), SnilsConfirmed: true, Phone.TryParse(phone), Password: Password), "test"));
        return phone;
    }
}
