using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Aupd.TestKit;

/// <summary>A person's browser without scripts: keeps cookies, does not follow redirects by itself, fills and sends forms as they stand on
/// the page.
/// Cookies are shared between ports, as browsers do.</summary>
public sealed class Browser : IDisposable
{
    private readonly HttpClient _http;
    private string _markup = "";
    private IHtmlDocument? _page;

    /// <param name="baseUrl">Where relative addresses lead at first.</param>
    public Browser(string baseUrl)
    {
        Url = new Uri(baseUrl);
        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false });
        _http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public CookieContainer Cookies { get; } = new();
    /// <summary>Sent with every request; <c>X-Forwarded-For</c>, say.</summary>
    public System.Net.Http.Headers.HttpRequestHeaders Headers => _http.DefaultRequestHeaders;
    /// <summary>Address of the last answer.</summary>
    public Uri Url { get; private set; }
    public HttpStatusCode Status { get; private set; }
    public HttpResponseMessage Answer { get; private set; } = null!;
    /// <summary>Read when it is first asked for: most answers are only passed through.</summary>
    public IHtmlDocument Page => _page ??= new HtmlParser().ParseDocument(_markup);
    /// <summary>Where the last answer sends the browser, absolute; null when nowhere.</summary>
    public Uri? Location => Answer.Headers.Location is { } to ? new Uri(Url, to) : null;
    public string Text => Page.Body?.TextContent ?? "";

    public string? Cookie(string name) => Cookies.GetAllCookies().FirstOrDefault(c => c.Name == name && !c.Expired)?.Value;

    public Task<Browser> GetAsync(string url) => SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Url, url)));

    /// <summary>Fills the first form of the page that has all of the fields and sends it, hidden fields included.</summary>
    public Task<Browser> SubmitAsync(params (string Name, string Value)[] fields)
    {
        var form = Page.Forms.FirstOrDefault(f =>
            f.Method == "post" && fields.All(x => f.Elements.Any(e => (e as IHtmlElement)?.GetAttribute("name") == x.Name)))
            ?? throw new InvalidOperationException($"No form with {string.Join(", ", fields.Select(f => f.Name))} on {Url}: {Text}");
        var values = form.Elements.OfType<IHtmlInputElement>()
            .Where(i => i.Name is not null && (i.Type is not ("checkbox" or "radio" or "submit") || i.IsChecked)
                && fields.All(x => x.Name != i.Name))
            .Select(i => KeyValuePair.Create(i.Name!, i.Value))
            .Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        var action = form.GetAttribute("action") is { Length: > 0 } given ? new Uri(Url, given) : Url;
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, action) { Content = new FormUrlEncodedContent(values) });
    }

    /// <summary>Follows redirects until a page comes; at most 15.</summary>
    public async Task<Browser> FollowAsync()
    {
        for (var i = 0; Location is { } next; i++)
        {
            if (i == 15) throw new InvalidOperationException($"Too many redirects; last to {next}");
            await GetAsync(next.AbsoluteUri);
        }
        return this;
    }

    public async Task<Browser> SendAsync(HttpRequestMessage request)
    {
        Answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Url = request.RequestUri!;
        Status = Answer.StatusCode;
        // A stream of events has no end to wait for.
        var isEndless = Answer.Content.Headers.ContentType?.MediaType == "text/event-stream";
        (_markup, _page) = (isEndless ? "" : await Answer.Content.ReadAsStringAsync(), null);
        if (isEndless) Answer.Dispose();
        return this;
    }

    public void Dispose() => _http.Dispose();
}
