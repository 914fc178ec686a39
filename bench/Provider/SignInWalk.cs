using System.Net;
using System.Text.RegularExpressions;

namespace Aupd.Bench.Provider;

/// <summary>A whole sign-in as a browser makes it, over connections of its own: the service's request, the portal's page, the password, and back
/// to the service with a code.</summary>
internal sealed partial class SignInWalk : IDisposable
{
    private const int MostRedirects = 20;
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;

    public SignInWalk() => _http = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false });

    public string CookieHeader(string site) => _cookies.GetCookieHeader(new Uri(site));

    /// <summary>Returns the address at the service that the browser was sent to in the end.</summary>
    public async Task<string> RunAsync(string authorizeUrl, string login)
    {
        var url = new Uri(authorizeUrl);
        for (var i = 0; i < MostRedirects; i++)
        {
            using var answer = await _http.GetAsync(url);
            if (answer.Headers.Location is not { } location)
            {
                using var posted = await PostAsync(url, await answer.Content.ReadAsStringAsync(), login);
                location = posted.Headers.Location ?? throw new InvalidOperationException($"The password was not taken: {(int)posted.StatusCode} {await posted.Content.ReadAsStringAsync()}");
            }
            url = new Uri(url, location);
            if (url.AbsoluteUri.StartsWith(People.Callback, StringComparison.Ordinal)) return url.AbsoluteUri;
        }
        throw new InvalidOperationException($"The walk does not end; it is at {url}.");
    }

    public void Dispose() => _http.Dispose();

    private Task<HttpResponseMessage> PostAsync(Uri url, string page, string login)
    {
        var form = new Dictionary<string, string> { ["Login"] = login, ["Password"] = People.Password };
        foreach (Match input in Hidden().Matches(page)) form[input.Groups["name"].Value] = WebUtility.HtmlDecode(input.Groups["value"].Value);
        if (form.Count < 3) throw new InvalidOperationException($"No sign-in form at {url}: {page}");
        return _http.PostAsync(url, new FormUrlEncodedContent(form));
    }

    [GeneratedRegex("""<input name="(?<name>form_token)" type="hidden" value="(?<value>[^"]*)"|<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)" """, RegexOptions.ExplicitCapture)]
    private static partial Regex Hidden();
}
