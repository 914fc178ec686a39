using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Protocol;

/// <summary>The forms in which the endpoints answer.</summary>
internal static class Answers
{
    /// <summary>RFC 6749 §5.1, §5.2: JSON that nobody keeps.</summary>
    public static Task JsonAsync(HttpContext http, int status, object body, CancellationToken ct)
    {
        NotKept(http);
        // Whole and with its length: a small answer in chunks costs more than the answer.
        var json = JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), JsonOptions);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        return http.Response.Body.WriteAsync(json, ct).AsTask();
    }

    public static Task ErrorAsync(HttpContext http, OAuthError error, CancellationToken ct) =>
        JsonAsync(http, error.Status,
            new Dictionary<string, string> { ["error"] = error.Code, ["error_description"] = error.Description }, ct);

    /// <summary>The same to a client that had to prove who it is (RFC 6749 §5.2).</summary>
    public static Task ClientErrorAsync(HttpContext http, OAuthError error, string issuer)
    {
        if (error.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = $"Basic realm=\"{issuer}\", charset=\"UTF-8\"";
        return ErrorAsync(http, error, http.RequestAborted);
    }

    public static void NotKept(HttpContext http) =>
        (http.Response.Headers.CacheControl, http.Response.Headers.Pragma) = ("no-store", "no-cache");

    /// <summary>303, never 307: a form with a password must not be sent on (RFC 9700 §4.12).</summary>
    public static void SeeOther(HttpContext http, string url)
    {
        NotKept(http);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = url;
    }

    /// <summary>A page of ours in the site's layout.</summary>
    public static Task PageAsync<T>(HttpContext http, string view, T model, int status)
    {
        NotKept(http);
        var metadata = http.RequestServices.GetRequiredService<IModelMetadataProvider>();
        var result = new ViewResult
        {
            ViewName = view, StatusCode = status,
            ViewData = new ViewDataDictionary<T>(metadata, new ModelStateDictionary()) { Model = model },
        };
        return result.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
    }

    /// <summary>Adds parameters to a registered URI, which may have a query of its own.</summary>
    public static string WithQuery(string uri, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var text = new StringBuilder(uri);
        var separator = uri.Contains('?') ? uri[^1] is '?' or '&' ? "" : "&" : "?";
        foreach (var (name, value) in parameters)
        {
            text.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = "&";
        }
        return text.ToString();
    }

    private static readonly JsonSerializerOptions JsonOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Default };
}
