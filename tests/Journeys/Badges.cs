using System.Text;
using System.Text.RegularExpressions;
using Aupd.Demo.Region;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>A teacher prints the badges of a class, a child signs in with one, forgets it, and locks it. docs/journeys/badges.md tells the same.</summary>
[Collection(Region.Name)]
public sealed partial class Badges(DemoRegionRunning region)
{
    private static readonly string Reader = File.ReadAllText(Visitor.Find("artifacts/npm/node_modules/jsqr/dist/jsQR.js"));

    private static DemoPerson Teacher => DemoPeople.PrivateSchool;
    private static DemoPerson Child => DemoPeople.BadgePupil;

    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task A_child_signs_in_with_the_printed_badge_and_with_a_code_when_it_is_forgotten(int width, string language, bool dark, bool javaScript)
    {
        await SignInOnceAsync(Child);
        var look = new Look(width, language, dark, javaScript);
        await using var teacher = await region.VisitAsync("badges-teacher", look);
        await OpenClassAsync(teacher);
        await teacher.Page.Locator(".pupil summary").First.ClickAsync();
        await teacher.LookAsync();
        await PrintAllAsync(teacher);
        var sheet = await ReadSheetAsync(teacher);

        await using var child = await region.VisitAsync("badges-child", look);
        await child.OpenAsync(await ScanAsync(teacher, sheet.Strip));
        await PressPicturesAsync(child, sheet);
        await child.ExpectServiceAsync(Child, "diary");
        await child.OpenAsync(child.Service.SchoolUrl + "/cabinet");
        await child.OpenAsync(child.Service.SchoolUrl + "/cabinet/security");
        await child.ExpectTextAsync(child.Say("По бейджу эта страница не открывается", "does not open with a badge"));

        await teacher.OpenAsync(teacher.Service.SchoolUrl + "/cabinet/class");
        var pupil = teacher.Page.Locator(".pupil", new() { HasText = Child.Account.LastName });
        await pupil.Locator("summary").ClickAsync();
        await pupil.Locator("select").SelectOptionAsync("2");
        await teacher.ClickAsync(pupil.GetByRole(AriaRole.Button, new() { Name = teacher.Say("Дать код", "Give a code") }));
        var code = await teacher.Page.Locator(".notice.good .big").InnerTextAsync();
        Assert.Matches(@"^\d{4} \d{4}$", code);

        await using var forgetful = await region.VisitAsync("badges-forgotten", look);
        await forgetful.OpenAsync(forgetful.Service.SchoolUrl + "/");
        await forgetful.PressAsync("У меня бейдж", "I have a badge");
        await forgetful.SubmitAsync(("Number", "1234"));
        await forgetful.ExpectTextAsync(forgetful.Say("Проверь, все ли они введены", "Check that you have typed them all"));
        await forgetful.SubmitAsync(("Number", code));
        await PressPicturesAsync(forgetful, sheet);
        await forgetful.ExpectServiceAsync(Child, "diary");
        await teacher.OpenAsync(teacher.Service.SchoolUrl + "/cabinet/class/history");
        await teacher.ExpectTextAsync(teacher.Say("Вход по коду вместо бейджа", "Signed in with a code in the place of the badge"));
    }

    [Theory, InlineData(360, "ru", true), InlineData(1280, "en", false)]
    public async Task Wrong_pictures_lock_the_badge_and_the_teacher_opens_it(int width, string language, bool dark)
    {
        await SignInOnceAsync(Child);
        var look = new Look(width, language, dark);
        await using var teacher = await region.VisitAsync("badges-lock-teacher", look);
        await OpenClassAsync(teacher);
        await PrintAllAsync(teacher);
        var sheet = await ReadSheetAsync(teacher);
        await using var child = await region.VisitAsync("badges-lock", look);
        await child.OpenAsync(child.Service.SchoolUrl + "/badge");
        await child.SubmitAsync(("Number", sheet.Number));
        var wrong = sheet with { Pictures = [sheet.Pictures[1], sheet.Pictures[0], .. sheet.Pictures.Skip(2)] };
        for (var i = 0; i < 5; i++) await PressPicturesAsync(child, wrong);
        await child.ExpectTextAsync(child.Say("Этот бейдж закрыт", "This badge is locked"));
        await child.SubmitAsync(("Number", sheet.Number));
        await child.ExpectTextAsync(child.Say("Этот бейдж закрыт", "This badge is locked"));

        await teacher.OpenAsync(teacher.Service.SchoolUrl + "/cabinet/class");
        var pupil = teacher.Page.Locator(".pupil", new() { HasText = Child.Account.LastName });
        // Of those whom it waits for, the list is open.
        await teacher.ClickAsync(pupil.GetByRole(AriaRole.Button, new() { Name = teacher.Say("Открыть бейдж", "Unlock the badge") }));
        await child.SubmitAsync(("Number", sheet.Number));
        await PressPicturesAsync(child, sheet);
        await child.ExpectServiceAsync(Child, "diary");
    }

    [Fact]
    public async Task The_sheet_prints_five_badges_to_a_page_of_A4()
    {
        await SignInOnceAsync(Child);
        await SignInOnceAsync(DemoPeople.BadgeClassmate);
        await using var teacher = await region.VisitAsync("badges-print", new Look(1280));
        await OpenClassAsync(teacher);
        await PrintAllAsync(teacher);
        Assert.Equal(2, await teacher.Page.Locator(".strip").CountAsync());
        Assert.Single(await PrintedPagesAsync(teacher, "two"));
        // A whole class: the same strips again, to twelve.
        await teacher.Page.EvaluateAsync("""
            () => { const sheet = document.querySelector('.badge-sheet'), strips = [...sheet.children]; while (sheet.children.length < 12) strips.forEach(s => sheet.append(s.cloneNode(true))); }
            """);
        var pages = await PrintedPagesAsync(teacher, "twelve");
        Assert.Equal(3, pages.Count);
        Assert.All(pages, p => { Assert.InRange(p.Width, 594, 596); Assert.InRange(p.Height, 841, 843); });
        // Looked at as it lies in the printer.
        await teacher.Page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Light });
        await teacher.Page.SetViewportSizeAsync(794, 1123);
        await teacher.Page.ScreenshotAsync(new() { Path = Visitor.Find("artifacts") + "/screenshots/badges-print/sheet.png" });
        var badge = await teacher.Page.Locator(".strip .badge").First.BoundingBoxAsync();
        Assert.InRange(badge!.Height / 96 * 25.4, 50, 56);
        Assert.InRange(badge.Width / 96 * 25.4, 85, 96);
        foreach (var strip in await teacher.Page.Locator(".strip").AllAsync())
            Assert.Equal(0, await strip.EvaluateAsync<int>("s => [...s.children].filter(c => c.scrollHeight > s.clientHeight + 1 || c.scrollWidth > c.clientWidth + 1).length"));
    }

    [Fact]
    public async Task The_page_reads_a_badge_by_the_camera_and_nothing_else()
    {
        await SignInOnceAsync(Child);
        await using var teacher = await region.VisitAsync("badges-camera-teacher");
        await OpenClassAsync(teacher);
        await PrintAllAsync(teacher);
        var sheet = await ReadSheetAsync(teacher);
        var url = await ScanAsync(teacher, sheet.Strip);
        await using var child = await region.VisitAsync("badges-camera");
        // This Chromium has neither a camera nor a reader of codes: a canvas is the one, jsQR the other; what is shown to it changes.
        await child.Page.AddInitScriptAsync(Reader + """
            ;window.BarcodeDetector = class {
                static async getSupportedFormats() { return ['qr_code']; }
                async detect(video) {
                    const paper = document.createElement('canvas');
                    paper.width = video.videoWidth; paper.height = video.videoHeight;
                    if (!paper.width) return [];
                    const ink = paper.getContext('2d');
                    ink.drawImage(video, 0, 0);
                    const found = jsQR(ink.getImageData(0, 0, paper.width, paper.height).data, paper.width, paper.height);
                    return found ? [{ rawValue: found.data }] : [];
                }
            };
            const shown = document.createElement('canvas');
            shown.width = shown.height = 400;
            shown.getContext('2d').fillRect(0, 0, 400, 400);
            navigator.mediaDevices.getUserMedia = async () => shown.captureStream(10);
            window.showToCamera = async svg => {
                const image = new Image();
                image.src = 'data:image/svg+xml,' + encodeURIComponent(svg);
                await image.decode();
                setInterval(() => { const ink = shown.getContext('2d'); ink.fillStyle = '#fff'; ink.fillRect(0, 0, 400, 400); ink.drawImage(image, 20, 20, 360, 360); }, 50);
            };
            """);
        await child.OpenAsync(child.Service.SchoolUrl + "/badge");
        await child.Page.GetByRole(AriaRole.Button, new() { Name = "Показать бейдж камере" }).ClickAsync();
        await Assertions.Expect(child.Page.Locator("#camera [role=status]")).ToHaveTextAsync("Покажи бейдж камере");
        var badge = await sheet.Strip.Locator("svg").EvaluateAsync<string>(Drawn);
        // The code of a screen is not a badge.
        await using var screen = await region.VisitAsync("badges-camera-screen", new Look(1280));
        await screen.OpenAsync(screen.Service.SchoolUrl + "/qr/screen");
        await child.Page.EvaluateAsync("svg => showToCamera(svg)", await screen.Page.Locator("#code svg").EvaluateAsync<string>(Drawn));
        await Assertions.Expect(child.Page.Locator("#camera [role=status]")).ToHaveTextAsync("Это не бейдж. Покажи свой бейдж.");
        await child.Page.ReloadAsync();
        await child.Page.GetByRole(AriaRole.Button, new() { Name = "Показать бейдж камере" }).ClickAsync();
        await child.Page.EvaluateAsync("svg => showToCamera(svg)", badge);
        await child.ExpectAddressAsync(child.Service.SchoolUrl + "/badge/pictures");
        Assert.DoesNotContain(url.Split('/')[^1], child.Page.Url);
        await PressPicturesAsync(child, sheet);
        await child.ExpectServiceAsync(Child, "diary");
    }

    private const string Drawn = """
        svg => { const copy = svg.cloneNode(true); copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg'); copy.setAttribute('width', 400); copy.setAttribute('height', 400); return copy.outerHTML; }
        """;

    private sealed record Sheet(ILocator Strip, string Number, IReadOnlyList<string> Pictures);

    private async Task SignInOnceAsync(DemoPerson person)
    {
        await using var visitor = await region.VisitAsync("badges-first");
        await visitor.SignInAsync(person);
        await visitor.ExpectServiceAsync(person, "diary");
    }

    private static async Task OpenClassAsync(Visitor teacher)
    {
        await teacher.SignInAsync(Teacher);
        await teacher.ExpectServiceAsync(Teacher, "journal");
        await teacher.OpenAsync(teacher.Service.SchoolUrl + "/cabinet/class");
        if (await teacher.Page.Locator("#named").CountAsync() > 0)
        {
            await teacher.Page.Locator("#named").SelectOptionAsync("demo-hr-private-school 2А");
            await teacher.PressAsync("Это мой класс", "This is my class");
        }
        await Assertions.Expect(teacher.Page.Locator("h1")).ToHaveTextAsync("2А");
    }

    private static async Task PrintAllAsync(Visitor teacher)
    {
        var missing = teacher.Page.Locator("form:has([value=missing]) button");
        if (await missing.CountAsync() > 0)
        {
            await teacher.ClickAsync(missing);
            await teacher.OpenAsync(teacher.Service.SchoolUrl + "/cabinet/class");
        }
        await teacher.Page.GetByText(teacher.Say("Напечатать всем новые бейджи", "Print new badges for everybody")).ClickAsync();
        await teacher.ClickAsync(teacher.Page.Locator("form:has([value=all]) button"));
    }

    private static async Task<Sheet> ReadSheetAsync(Visitor teacher)
    {
        var strip = teacher.Page.Locator(".strip", new() { HasText = Child.Account.LastName });
        return new Sheet(strip, (await strip.Locator(".number").InnerTextAsync()).Trim(), [.. await strip.Locator(".four span").AllInnerTextsAsync()]);
    }

    // With JavaScript the page counts by itself; without, every press is a page.
    private static async Task PressPicturesAsync(Visitor child, Sheet sheet)
    {
        await child.ExpectHeadingAsync("Нажми свои картинки", "Press your pictures");
        foreach (var (name, i) in sheet.Pictures.Select((p, i) => (p, i)))
        {
            var picture = child.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });
            if (child.Look.JavaScript && i < 3) await picture.ClickAsync();
            else await child.ClickAsync(picture);
            if (i < 3) await Assertions.Expect(child.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync(child.Say($"Выбрано: {i + 1} из 4", $"Chosen: {i + 1} of 4"));
        }
    }

    /// <summary>Reads the badge as a camera does, by its pixels.</summary>
    private static async Task<string> ScanAsync(Visitor teacher, ILocator strip)
    {
        // By way of a page that may run scripts: the teacher's may be without.
        var svg = teacher.Look.JavaScript ? await strip.Locator("svg").EvaluateAsync<string>(Drawn) : await SvgAsync(strip);
        var page = await teacher.Page.Context.Browser!.NewPageAsync();
        await page.EvaluateAsync(Reader);
        var url = await page.EvaluateAsync<string>("""
            async svg => {
                const image = new Image(), canvas = document.createElement('canvas');
                canvas.width = canvas.height = 400;
                image.src = 'data:image/svg+xml,' + encodeURIComponent(svg);
                await image.decode();
                const paper = canvas.getContext('2d');
                paper.drawImage(image, 0, 0);
                return jsQR(paper.getImageData(0, 0, 400, 400).data, 400, 400).data;
            }
            """, svg);
        await page.CloseAsync();
        return url;
    }

    private static async Task<string> SvgAsync(ILocator strip)
    {
        var size = await strip.Locator("svg").GetAttributeAsync("viewBox");
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"400\" viewBox=\"{size}\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path d=\"{await strip.Locator("svg path").GetAttributeAsync("d")}\"/></svg>";
    }

    private static async Task<IReadOnlyList<(double Width, double Height)>> PrintedPagesAsync(Visitor teacher, string name)
    {
        var pdf = await teacher.Page.PdfAsync(new() { Path = Visitor.Find("artifacts") + $"/screenshots/badges-print/{name}.pdf", PreferCSSPageSize = true });
        return [.. MediaBox().Matches(Encoding.Latin1.GetString(pdf)).Select(m => (Number(m, 1), Number(m, 2)))];

        static double Number(Match m, int group) => double.Parse(m.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]")] private static partial Regex MediaBox();
}
