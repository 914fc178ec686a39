using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Http;

namespace Aupd.Demo.Services;

/// <summary>The session cookie of a service: its own name and path, so that no service sees another's. It ends with the browser: whose
/// computer it is the gateway does not tell a service.</summary>
internal sealed class ServiceCookie(SessionStore sessions, SiteIdentity site)
{
    private const int IdLength = 64;

    public Task<ServiceSession?> SessionAsync(HttpContext http, DemoService service, CancellationToken ct) =>
        http.Request.Cookies[Name(service)] is { Length: IdLength } id && id.All(char.IsAsciiHexDigit)
            ? sessions.FindAsync(service, id, ct)
            : Task.FromResult<ServiceSession?>(null);

    public void Write(HttpContext http, DemoService service, string id) =>
        http.Response.Cookies.Append(Name(service), id, Options(service));

    public void Remove(HttpContext http, DemoService service) => http.Response.Cookies.Delete(Name(service), Options(service));

    // Not __Host-: that prefix demands the path "/", and each service must keep to its own.
    private string Name(DemoService service) => site.IsHttps ? $"__Secure-aupd-{service.Key}" : $"aupd-{service.Key}";

    private CookieOptions Options(DemoService service) => new()
    {
        Path = service.Path.TrimEnd('/'), HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = site.IsHttps,
    };
}
