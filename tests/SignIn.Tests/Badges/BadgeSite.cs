using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Aupd.SignIn.Badges;
using Aupd.TestKit;
using AngleSharp.Html.Dom;

namespace Aupd.SignIn.Tests.Badges;

/// <summary>The region with primary classes: pupils 0 to 13 learn in 2А, 14 to 17 in 2Б, the others in 5А. A badge takes three wrong tries.</summary>
public class BadgeSite : GatewaySite
{
    private readonly ConcurrentDictionary<int, string> _moved = new();

    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["SignIn:Badges:WrongPictures"] = "3", ["SignIn:Badges:WrongNumbersPerNetwork"] = "10", ["Sites:TrustedProxies"] = "127.0.0.1",
    };

    private protected override string SchoolAndClass(int pupil) => _moved.GetValueOrDefault(pupil) ?? (pupil < 14 ? "4185;2А" : pupil < 18 ? "4185;2Б" : "4185;5А");

    /// <summary>School and class by the next import.</summary>
    internal Task MoveAsync(int pupil, string schoolAndClass)
    {
        _moved[pupil] = schoolAndClass;
        return ImportAsync(_ => true);
    }

    /// <summary>A teacher who has named the class.</summary>
    internal async Task<Browser> LeaderAsync(int teacher, string named = "2А")
    {
        var browser = await ActivatedAsync(await TeacherAsync(teacher));
        await browser.GetAsync(Service.SchoolUrl + "/cabinet/class");
        await browser.SubmitAsync(("named", $"t{teacher} {named}"));
        Assert.Contains("done=named", browser.Location?.Query);
        return await browser.FollowAsync();
    }

    /// <summary>Known to the portal already: the same person, for a sign-in after the session ran out.</summary>
    internal Task<Person> TeacherAgainAsync(int teacher) => Task.FromResult(new Person(Guid.Empty, "", $"+7916001{teacher:D4}", "", ""));

    /// <summary>A pupil who has signed in once and is activated.</summary>
    internal async Task<Person> ChildAsync(int pupil)
    {
        var person = await PupilAsync(pupil);
        using var browser = await ActivatedAsync(person);
        return person;
    }

    /// <summary>Prints one pupil's badge, or all of the class.</summary>
    internal async Task<IReadOnlyList<Printed>> PrintAsync(Browser teacher, string whom, int? pupil = null)
    {
        await teacher.GetAsync(Service.SchoolUrl + "/cabinet/class");
        var form = teacher.Page.Forms.First(f => f.QuerySelector($"[name=whom][value={whom}]") is not null && (pupil is null || f.QuerySelector($"[name=pupil][value=p{pupil}]") is not null));
        await teacher.SendAsync(form);
        Assert.Equal(HttpStatusCode.OK, teacher.Status);
        return teacher.PrintedBadges();
    }

    internal async Task<Printed> PrintOneAsync(Browser teacher, int pupil) => Assert.Single(await PrintAsync(teacher, "one", pupil));

    /// <summary>What the camera reads. The page draws it (the journey reads the drawing); here the printed secret gives way to one that the test knows.</summary>
    internal async Task<string> ScannedAsync(Printed badge)
    {
        var secret = BadgeSecret.New();
        var index = BadgeIndex.Of(Get<Kernel.Secrets.Sealer>(), BadgeNumber.TryParse(badge.Number)!);
        await QueryAsync<int>("update signin.badge set secret_hash = @Hash where number_index = @index", new { secret.Hash, index });
        return $"{Service.SchoolUrl}/badge/{secret.Text}";
    }

    /// <summary>A browser that has typed the number.</summary>
    internal async Task<Browser> TypedAsync(string number, string address = "203.0.113.5", string? request = null)
    {
        var browser = NewBrowser();
        browser.Headers.Add("X-Forwarded-For", address);
        await browser.GetAsync(Service.SchoolUrl + "/badge" + request);
        return await browser.SubmitAsync(("Number", number));
    }

    /// <summary>Signed in with number and pictures, or wherever that ends.</summary>
    internal async Task<Browser> EnterAsync(Printed badge, string address = "203.0.113.5")
    {
        var browser = await TypedAsync(badge.Number, address);
        Assert.Equal("/badge/pictures", browser.Location?.AbsolutePath);
        await browser.FollowAsync();
        return await browser.PressAsync(badge.Pictures);
    }

    internal Task<long> CountAsync(string sql, Person person) => QueryAsync<long>(sql, new { id = person.AccountId.ToString() });
}

/// <summary>A strip of the sheet, as a person reads it.</summary>
internal sealed record Printed(string Name, string Number, IReadOnlyList<string> Pictures)
{
    /// <summary>Four different ones, the first of them wrong.</summary>
    internal IReadOnlyList<string> Wrong => [Picture.All.Select(p => p.Word).First(w => !Pictures.Contains(w)), .. Pictures.Skip(1)];
}

internal static partial class BadgeSteps
{
    internal const string CookieName = "aupd-school-badge";

    internal static IReadOnlyList<Printed> PrintedBadges(this Browser browser) =>
    [
        .. browser.Page.QuerySelectorAll(".strip").Select(s => new Printed(
            Spaces().Replace(s.QuerySelector(".name")!.InnerHtml.Replace("<br>", " "), " ").Trim(), s.QuerySelector(".number")!.TextContent,
            [.. s.QuerySelectorAll(".four span").Select(p => Picture.All.Single(x => x.Russian == p.TextContent).Word)])),
    ];

    /// <summary>Presses the pictures one after another, each a page without JavaScript.</summary>
    internal static async Task<Browser> PressAsync(this Browser browser, IReadOnlyList<string> pictures)
    {
        foreach (var picture in pictures) await browser.SubmitAsync(("Picture", picture));
        return browser;
    }

    /// <summary>All four at once, as the script does.</summary>
    internal static Task<Browser> PressAtOnceAsync(this Browser browser, IReadOnlyList<string> pictures) =>
        browser.SubmitAsync(("Chosen", string.Join('-', pictures.Take(3))), ("Picture", pictures[3]));

    /// <summary>Sends the form as it stands.</summary>
    internal static Task<Browser> SendAsync(this Browser browser, IHtmlFormElement form, params (string Name, string Value)[] fields)
    {
        var values = form.Elements.OfType<IHtmlInputElement>().Where(i => i.Name is not null && fields.All(f => f.Name != i.Name)).Select(i => KeyValuePair.Create(i.Name!, i.Value))
            .Concat(form.Elements.OfType<IHtmlSelectElement>().Where(s => s.Name is not null && fields.All(f => f.Name != s.Name)).Select(s => KeyValuePair.Create(s.Name!, s.Value ?? "")))
            .Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(browser.Url, form.GetAttribute("action")!)) { Content = new FormUrlEncodedContent(values) });
    }

    /// <summary>The form of the class's page with this handler, of this pupil.</summary>
    internal static IHtmlFormElement FormOf(this Browser browser, string handler, int? pupil = null) => browser.Page.Forms.First(f =>
        f.GetAttribute("action")!.EndsWith("handler=" + handler, StringComparison.Ordinal) && (pupil is null || f.QuerySelector($"[name=pupil][value=p{pupil}]") is not null));

    internal static async Task<Browser> ActAsync(this BadgeSite site, Browser teacher, string handler, int? pupil = null, params (string Name, string Value)[] fields)
    {
        await teacher.GetAsync(site.Service.SchoolUrl + "/cabinet/class");
        await teacher.SendAsync(teacher.FormOf(handler, pupil), fields);
        return await teacher.FollowAsync();
    }

    internal static string StandingOf(this Browser teacher, int pupil) => teacher.Page.QuerySelectorAll(".pupil")
        .Single(p => p.QuerySelector("summary strong")!.TextContent == $"Школьников{"абвгдежзиклмнопрстуф"[pupil]} Марина").QuerySelector("summary span span")!.TextContent;

    /// <summary>Another browser that holds the same one-time state.</summary>
    internal static Browser WithState(this BadgeSite site, string state)
    {
        var browser = site.NewBrowser();
        browser.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie(CookieName, state));
        return browser;
    }

    [GeneratedRegex(@"\s+")] private static partial Regex Spaces();
}
