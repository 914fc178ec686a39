using System.Text.Json;
using System.Text.RegularExpressions;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Messages;
using Aupd.TestKit;
using Dapper;

namespace Aupd.Portal.Tests.Support;

/// <summary>The portal with its messages at hand. All tests of a class come from one address, so that its limits are wide.</summary>
public partial class SelfServiceSite : PortalSite
{
    private static int _numbers = Environment.TickCount & 0xffff;

    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["Portal:Codes:PerAddressHourly"] = "100000", ["Portal:Attempts:PerPlace"] = "100000",
    };

    public sealed record Message(string To, string Subject, string Text)
    {
        public string? Code => SixDigits().Match(Text) is { Success: true } match ? match.Value : null;
    }

    /// <summary>Shown messages to one phone (E.164) or e-mail, newest first.</summary>
    public async Task<IReadOnlyList<Message>> MessagesToAsync(string to)
    {
        await using var connection = await Service.Source.OpenConnectionAsync();
        var rows = await connection.QueryAsync<byte[]>("select message_sealed from portal.shown_message order by written_at desc, id desc");
        var sealer = Get<Sealer>();
        return [.. rows.Select(r => JsonSerializer.Deserialize<SealedMessage>(sealer.OpenText(OutgoingMessages.SealPurpose, r)!)!)
            .Where(m => m.To == to).Select(m => new Message(m.To, m.Subject, m.Text))];
    }

    public async Task<string> CodeToAsync(string to) => (await MessagesToAsync(to))[0].Code ?? throw new InvalidOperationException("The message holds no code.");

    /// <summary>A phone and an e-mail that nobody has yet.</summary>
    public static (string Phone, string Email) NewContacts()
    {
        var n = Interlocked.Increment(ref _numbers);
        return ($"+7926{n:D7}", $"new{n}@mail.example");
    }

    /// <summary>A code that is not the right one.</summary>
    public static string Other(string code) => code == "111111" ? "222222" : "111111";

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex SixDigits();
}

internal static class BrowserSteps
{
    public static async Task<Browser> SubmitAndFollowAsync(this Browser browser, params (string, string)[] fields) =>
        await (await browser.SubmitAsync(fields)).FollowAsync();

    public static string Path(this Browser browser) => browser.Url.AbsolutePath;

    /// <summary>Posts the form of this page to one of its handlers.</summary>
    public static async Task<Browser> PressAsync(this Browser browser, string handler)
    {
        var form = browser.Page.Forms.First(f => f.GetAttribute("action")?.Contains("handler=" + handler, StringComparison.OrdinalIgnoreCase) == true);
        var values = form.Elements.OfType<AngleSharp.Html.Dom.IHtmlInputElement>().Where(i => i.Name is not null).Select(i => KeyValuePair.Create(i.Name!, i.Value));
        return await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(browser.Url, form.GetAttribute("action")!)) { Content = new FormUrlEncodedContent(values) });
    }

    /// <summary>The form of this page with other values, to be sent from several places at once.</summary>
    public static HttpRequestMessage FormRequest(this Browser browser, params (string Name, string Value)[] fields)
    {
        var form = browser.Page.Forms.First(f => f.Method == "post");
        var token = ((AngleSharp.Html.Dom.IHtmlInputElement)form.Elements.First(e => (e as AngleSharp.Html.Dom.IHtmlInputElement)?.Name == "form_token")).Value;
        var values = fields.Append(("form_token", token)).Select(f => KeyValuePair.Create(f.Item1, f.Item2));
        var request = new HttpRequestMessage(HttpMethod.Post, browser.Url) { Content = new FormUrlEncodedContent(values) };
        request.Headers.Add("Cookie", browser.Cookies.GetCookieHeader(browser.Url));
        return request;
    }

    public static IReadOnlyList<string> Errors(this Browser browser) => [.. browser.Page.QuerySelectorAll(".error").Select(e => e.TextContent)];

    public static string MainText(this Browser browser) => browser.Page.QuerySelector("main")!.TextContent;
}
