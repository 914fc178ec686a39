using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Sessions;

/// <summary>On a PageModel: whoever is not signed in goes to /login and comes back. The session is then had by
/// <c>HttpContext.SessionAsync()</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SignedInAttribute : Attribute, IAsyncAuthorizationFilter
{
    /// <summary>Also open to an administrator who has yet to set up a second factor.</summary>
    public bool BeforeSetUp { get; set; }
    /// <summary>Also open to whose password is a first one.</summary>
    public bool BeforeOwnPassword { get; set; }

    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        var http = context.HttpContext;
        var session = await http.RequestServices.GetRequiredService<PortalSessions>().CurrentAsync(http, http.RequestAborted);
        if (session is { MustChangePassword: true } && !BeforeOwnPassword) context.Result = new RedirectResult(FirstPasswords.NewPasswordPage.Path);
        else if (session is { MustSetUpFactor: true } && !BeforeSetUp) context.Result = new RedirectResult("/profile/second-step");
        if (session is not null) return;
        // A form that was sent cannot be sent again from here: the person comes back to the page itself.
        var back = HttpMethods.IsGet(http.Request.Method) ? http.Request.Path + http.Request.QueryString : http.Request.Path.Value;
        context.Result = new RedirectResult("/login" + new QueryBuilder { { "return", back ?? "/" } }.ToQueryString());
    }
}

internal static class SignedInPages
{
    /// <summary>The session of a page marked [SignedIn].</summary>
    public static async ValueTask<PortalSession> SessionAsync(this HttpContext http) =>
        await http.RequestServices.GetRequiredService<PortalSessions>().CurrentAsync(http, http.RequestAborted)
        ?? throw new InvalidOperationException("This page is not marked [SignedIn].");
}
