using System.Diagnostics;
using Aupd.Demo.Region;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>A screen shows a code, a phone that is signed in confirms it, and the screen goes on by itself. docs/journeys/qr.md tells the
/// same.</summary>
[Collection(Region.Name)]
public sealed class QrSignIn(DemoRegionRunning region)
{
    private static readonly string Reader = File.ReadAllText(Visitor.Find("artifacts/npm/node_modules/jsqr/dist/jsQR.js"));

    private static DemoPerson Parent => DemoPeople.ParentOfTwo;
    private static DemoPerson Teacher => DemoPeople.All.Single(p => p.Key == "private-school");

    /// <summary>Width of the screen, language, dark; then whether the screen has JavaScript.</summary>
    public static TheoryData<int, string, bool, bool> Looks => new()
    {
        { 1280, "ru", false, true }, { 1280, "en", true, true }, { 360, "ru", true, true }, { 360, "en", false, true }, { 1280, "ru", false, false }, { 360, "ru", true, false },
    };

    [Theory, MemberData(nameof(Looks))]
    public async Task A_parent_lets_the_diary_in_on_a_computer(int width, string language, bool dark, bool javaScript)
    {
        await using var phone = await region.VisitAsync("qr-phone", new Look(360, language, dark, javaScript));
        await SignInAsync(phone, Parent);
        await using var screen = await region.VisitAsync("qr-screen", new Look(width, language, dark, javaScript));
        await screen.OpenAsync(screen.Service.DemoUrl + "/diary/");
        await screen.PressAsync("Войти", "Sign in");
        await screen.PressAsync("Войти по коду с телефона", "Sign in with your phone");
        await screen.ExpectTextAsync(screen.Say("Дневник", "Diary"));
        await Assertions.Expect(screen.Page.Locator("#code svg")).ToBeVisibleAsync();

        await phone.OpenAsync(phone.Service.SchoolUrl + "/qr");
        await phone.SubmitAsync(("Number", "1234"));
        await phone.ExpectTextAsync(phone.Say("восемь цифр", "eight digits"));
        await phone.SubmitAsync(("Number", await NumberAsync(screen)));
        await phone.ExpectHeadingAsync("Войти на другом экране?", "Sign in on another screen?");
        if (javaScript) await Assertions.Expect(screen.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync(screen.Say("Код открыт на телефоне. Подтвердите вход на нём.", "The code is open on the phone. Confirm there."));
        else await screen.PressAsync("Я подтвердил на телефоне", "I have confirmed on the phone");
        await screen.LookAsync();
        await phone.PressAsync("Подтвердить", "Confirm");
        await phone.ExpectHeadingAsync("Готово", "Done");
        if (!javaScript) await screen.Page.GetByRole(AriaRole.Link, new() { Name = screen.Say("Я подтвердил на телефоне", "I have confirmed on the phone") }).ClickAsync();
        await screen.ExpectServiceAsync(Parent, "diary");
        await phone.OpenAsync(phone.Service.SchoolUrl + "/cabinet/security");
    }

    [Theory, InlineData("ru", false), InlineData("en", true)]
    public async Task A_teacher_scans_the_code_of_a_panel_picks_its_number_and_ends_the_lesson(string language, bool dark)
    {
        await using var phone = await region.VisitAsync("panel-phone", new Look(360, language, dark));
        await SignInAsync(phone, Teacher);
        await using var panel = await region.VisitAsync("panel", new Look(1280, language, dark));
        await panel.OpenAsync(panel.Service.SchoolUrl + "/panel");
        var number = await NumberAsync(panel);
        await phone.OpenAsync(await ScanAsync(panel));
        await phone.ExpectTextAsync(phone.Say("Какое число на экране перед вами?", "Which number is on the screen in front of you?"));
        await phone.ClickAsync(phone.Page.GetByRole(AriaRole.Button, new() { Name = number }));
        var watch = Stopwatch.StartNew();
        await panel.ExpectHeadingAsync("Идёт урок", "The lesson is on");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
        await phone.ExpectHeadingAsync("Готово", "Done");
        await panel.LookAsync();

        var journal = await panel.Page.RunAndWaitForPopupAsync(() => panel.Page.GetByRole(AriaRole.Link, new() { Name = panel.Say("Журнал", "Journal") }).ClickAsync());
        await Assertions.Expect(journal.Locator(".who")).ToContainTextAsync(Teacher.Account.LastName);
        await panel.PressAsync("Закончить урок", "End the lesson");
        await panel.ExpectHeadingAsync("Начать урок", "Begin the lesson");
        await TestKit.Eventually.HoldsAsync("the end of the journal", async () =>
        {
            await journal.GotoAsync(panel.Service.DemoUrl + "/journal/");
            return await journal.Locator(".who").CountAsync() == 0;
        });
    }

    [Theory, InlineData("ru", true), InlineData("en", false)]
    public async Task A_link_that_a_stranger_has_sent_lets_nobody_in(string language, bool dark)
    {
        await using var stranger = await region.VisitAsync("qr-stranger", new Look(1280, language, dark));
        await stranger.OpenAsync(stranger.Service.SchoolUrl + "/qr/screen");
        var link = await ScanAsync(stranger);
        await using var phone = await region.VisitAsync("qr-victim", new Look(360, language, dark));
        await SignInAsync(phone, Parent);
        await phone.OpenAsync(link);
        await phone.PressAsync("Это не я", "Not me");
        await phone.ExpectHeadingAsync("Экран не впущен", "The screen was not let in");
        await Assertions.Expect(stranger.Page.GetByRole(AriaRole.Status)).ToContainTextAsync(stranger.Say("вход отклонили", "refused"));
        await stranger.LookAsync();
        await phone.OpenAsync(link);
        await phone.ExpectHeadingAsync("Код больше не действует", "The code is no longer good");
        await stranger.PressAsync("Показать новый код", "Show a new code");
        await Assertions.Expect(stranger.Page.Locator("#code svg")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Without_a_stream_of_events_the_screen_asks_and_goes_on()
    {
        await using var phone = await region.VisitAsync("qr-poll-phone");
        await SignInAsync(phone, Parent);
        await using var screen = await region.VisitAsync("qr-poll", new Look(1280));
        await screen.Page.RouteAsync("**/qr/events**", route => route.FulfillAsync(new() { Status = 503 }));
        await screen.OpenAsync(screen.Service.SchoolUrl + "/qr/screen");
        await phone.OpenAsync(phone.Service.SchoolUrl + "/qr");
        await phone.SubmitAsync(("Number", await NumberAsync(screen)));
        await phone.PressAsync("Подтвердить", "Confirm");
        await screen.ExpectServiceAsync(Parent, "diary");
    }

    private static async Task SignInAsync(Visitor visitor, DemoPerson person)
    {
        await visitor.SignInAsync(person);
        if (visitor.Page.Url.StartsWith(visitor.Service.SchoolUrl + "/choose")) await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
    }

    private static async Task<string> NumberAsync(Visitor screen) => (await screen.Page.Locator("#code .big").InnerTextAsync()).Trim();

    /// <summary>Reads the picture as a camera does, by its pixels.</summary>
    private static async Task<string> ScanAsync(Visitor screen)
    {
        await screen.Page.EvaluateAsync(Reader);
        return await screen.Page.EvaluateAsync<string>("""
            async () => {
                const svg = document.querySelector('#code svg').cloneNode(true), image = new Image(), canvas = document.createElement('canvas');
                svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
                svg.setAttribute('width', canvas.width = 400);
                svg.setAttribute('height', canvas.height = 400);
                image.src = 'data:image/svg+xml,' + encodeURIComponent(svg.outerHTML);
                await image.decode();
                const paper = canvas.getContext('2d');
                paper.drawImage(image, 0, 0);
                return jsQR(paper.getImageData(0, 0, 400, 400).data, 400, 400).data;
            }
            """);
    }
}
