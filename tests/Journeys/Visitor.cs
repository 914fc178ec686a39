using System.Text.Json;
using System.Text.RegularExpressions;
using Aupd.Demo.Region;
using Aupd.TestKit;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>A person with a browser: goes where a person would, and on every page has its picture taken and axe-core asked.</summary>
public sealed partial class Visitor(IBrowserContext context, IPage page, RunningService running, string journey, Look look) : IAsyncDisposable
{
    private static readonly string Axe = File.ReadAllText(Find("artifacts/npm/node_modules/axe-core/axe.min.js"));
    private int _step;

    public IPage Page => page;
    public RunningService Service => running;
    public Look Look => look;

    public ValueTask DisposeAsync() => context.DisposeAsync();

    /// <summary>The text in the visitor's language.</summary>
    public string Say(string russian, string english) => look.Language == "ru" ? russian : english;

    public async Task OpenAsync(string url)
    {
        await page.GotoAsync(url);
        await LookAsync();
    }

    public async Task PressAsync(string russian, string english)
    {
        var name = Say(russian, english);
        await ClickAsync(page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).Or(page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true })).First);
    }

    public Task FollowAsync(string href) => ClickAsync(page.Locator($"main a[href='{href}']").First);

    /// <summary>Presses, and looks at the page that comes: every press here is answered with a page, be it the same one with a remark.</summary>
    public async Task ClickAsync(ILocator pressed)
    {
        var before = await Eventually.GetAsync("a page to press on", ShownAsync);
        await pressed.ClickAsync();
        await Eventually.HoldsAsync($"a page after {pressed} on {before.Url}", async () => await ShownAsync() is { } now && now.Began != before.Began);
        await LookAsync();
    }

    /// <summary>From the start page through the portal's form, to wherever that leads.</summary>
    public async Task SignInAsync(DemoPerson person)
    {
        await OpenAsync(running.SchoolUrl + "/");
        await StartSignInAsync();
        await EnterPortalAsync(person);
    }

    /// <summary>The main button of the start page, which leads to the portal's form.</summary>
    public Task StartSignInAsync() => ClickAsync(page.Locator("main .main").First);

    public Task EnterPortalAsync(DemoPerson person) => EnterPortalAsync(person.SignInWith, person.Password);

    public async Task EnterPortalAsync(string login, string password)
    {
        await page.Locator("input[autocomplete~=username]").FillAsync(login);
        await page.Locator("input[type=password]").FillAsync(password);
        await LookAsync();
        await SubmitAsync();
    }

    /// <summary>Fills the fields by their names and presses the main button.</summary>
    public async Task SubmitAsync(params (string Field, string Value)[] answers)
    {
        foreach (var (field, value) in answers) await page.Locator($"[name={field}]").FillAsync(value);
        await ClickAsync(page.Locator("main button.main").First);
    }

    /// <summary>Types the code that the portal has sent to this phone or e-mail.</summary>
    public async Task SubmitCodeAsync(string to) => await SubmitAsync(("Code", await ReadCodeAsync(to)));

    // In another tab, as a person would look at the phone. The worker delivers a moment later.
    private async Task<string> ReadCodeAsync(string to)
    {
        var tab = await context.NewPageAsync();
        var newest = tab.Locator("article", new() { HasText = to }).First;
        var code = await Eventually.GetAsync("a code sent to " + to, async () =>
        {
            await tab.GotoAsync(running.PortalUrl + "/dev/messages");
            return await newest.CountAsync() > 0 && CodePattern().Match(await newest.InnerTextAsync()) is { Success: true } found ? found.Value : null;
        });
        await tab.CloseAsync();
        return code;
    }

    [GeneratedRegex(@"(?<!\d)\d{6}(?!\d)")] private static partial Regex CodePattern();

    public Task ExpectHeadingAsync(string russian, string english) =>
        Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(Say(russian, english));

    /// <summary>The service shows who is signed in.</summary>
    public async Task ExpectServiceAsync(DemoPerson person, string service)
    {
        await ExpectAddressAsync($"{running.DemoUrl}/{service}/");
        await Assertions.Expect(page.Locator(".who")).ToContainTextAsync(person.Account.LastName);
        await LookAsync();
    }

    /// <summary>The address in the browser begins like this.</summary>
    public Task ExpectAddressAsync(string beginning) => Assertions.Expect(page).ToHaveURLAsync(new Regex("^" + Regex.Escape(beginning)));

    public Task ExpectTextAsync(string text) => Assertions.Expect(page.Locator("main")).ToContainTextAsync(text);

    /// <summary>A picture under artifacts/screenshots; nothing sticks out sideways; axe-core finds nothing.</summary>
    public async Task LookAsync()
    {
        await Eventually.GetAsync("a whole page to look at", ShownAsync);
        _step++;
        var path = MadeUp().Replace(new Uri(page.Url).AbsolutePath.Trim('/'), "id").Replace('/', '-');
        var file = Find($"artifacts") + $"/screenshots/{journey}/{_step:D2}-{(path.Length == 0 ? "start" : path)}-{look.Suffix}.png";
        await TakePictureAsync(file);
        var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(overflow <= 0, $"{page.Url} is {overflow} px wider than the screen of {look.Width} px");
        // axe-core needs timers, which stand still where scripts are off; the HTML is the same as with them.
        if (!look.JavaScript) return;
        await page.EvaluateAsync(Axe);
        var violations = await page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] }))
                .violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))
            """);
        Assert.True(violations.GetArrayLength() == 0, $"axe-core at {page.Url}: {violations}");
    }

    // The document that is shown, and when it began, by which two of one address differ; null while one is still coming in.
    private async Task<Shown?> ShownAsync()
    {
        try
        {
            var began = await page.EvaluateAsync<double?>("document.readyState === 'complete' ? performance.timeOrigin : null");
            return began is { } b ? new Shown(page.Url, b) : null;
        }
        catch (PlaywrightException e) when (e.Message.Contains("context was destroyed", StringComparison.Ordinal)) { return null; }
    }

    private sealed record Shown(string Url, double Began);

    // Chromium on a crowded machine now and then cannot capture a frame in time; the next one it can.
    private async Task TakePictureAsync(string file)
    {
        for (var tries = 10; ; tries--)
        {
            try { await page.ScreenshotAsync(new() { Path = file, FullPage = true }); return; }
            catch (PlaywrightException e) when (tries > 1 && e.Message.Contains("Unable to capture screenshot", StringComparison.Ordinal)) { }
        }
    }

    // What is random in an address, so that a picture has the same name in every run.
    [GeneratedRegex("(?<=/|^)(?=[a-z_-]*[0-9A-Z])[A-Za-z0-9_-]{8,}(?=/|$)")]
    private static partial Regex MadeUp();

    /// <summary>A file of the repository, by its path.</summary>
    internal static string Find(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Aupd.slnx"))) folder = folder.Parent;
        return Path.Combine(folder!.FullName, relative);
    }
}
