using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Authorize;

/// <summary>Brings the answer to the client through the browser, by query or by form_post; <c>iss</c> stands in every one (RFC
/// 9207).</summary>
internal static class AuthorizationResponse
{
    private const string Script = "document.forms[0].submit()";

    // form_post needs one line of script to be swift; without it there is a button. Only that line may run.
    private static readonly string Policy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'sha256-"
        + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script))) + "'";

    public static Task CodeAsync(HttpContext http, AuthorizeRequest request, string issuer, string code) =>
        SendAsync(http, request, issuer, [KeyValuePair.Create("code", code)]);

    // RFC 6749 §4.1.2.1.
    public static Task ErrorAsync(HttpContext http, AuthorizeRequest request, string issuer, OAuthError error) =>
        SendAsync(http, request, issuer,
            [KeyValuePair.Create("error", error.Code), KeyValuePair.Create("error_description", error.Description)]);

    private static Task SendAsync(HttpContext http, AuthorizeRequest request, string issuer, List<KeyValuePair<string, string>> parameters)
    {
        if (request.State is { } state) parameters.Add(KeyValuePair.Create("state", state));
        parameters.Add(KeyValuePair.Create("iss", issuer));
        if (request.FormPost) return PostAsync(http, request.RedirectUri, parameters);
        Answers.SeeOther(http, Answers.WithQuery(request.RedirectUri, parameters));
        return Task.CompletedTask;
    }

    // OAuth 2.0 Form Post Response Mode §2.
    private static Task PostAsync(HttpContext http, string uri, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var html = new StringBuilder("<!doctype html><html lang=\"ru\"><head><meta charset=\"utf-8\"><title>…</title></head><body>");
        html.Append($"<form method=\"post\" action=\"{Encode(uri)}\">");
        foreach (var (name, value) in parameters) html.Append($"<input type=\"hidden\" name=\"{Encode(name)}\" value=\"{Encode(value)}\">");
        html.Append($"<noscript><button>Продолжить / Continue</button></noscript></form><script>{Script}</script></body></html>");
        Answers.NotKept(http);
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(html.ToString(), http.RequestAborted);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
