using System.Net;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Aupd.Demo;
using Aupd.Desk;
using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Aupd.OpenId;
using Aupd.Portal;
using Aupd.Registries;
using Aupd.SignIn;
using Aupd.Workplace;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.WebEncoders;

namespace Aupd.Web.Sites;

/// <summary>Builds one site as a web application of its own. The three of the default run share a process, a database and nothing else.</summary>
public static class SiteHost
{
    public static WebApplication Portal(SharedParts shared)
    {
        var site = new SiteIdentity("portal", shared.Addresses.Portal);
        var builder = Start(shared, site, shared.Sites.PortalPort, typeof(PortalModule).Assembly);
        builder.Services.AddOpenIdProvider(new ProviderIdentity("portal", site.PublicUrl), shared.Configuration);
        builder.Services.AddPortal(shared.Configuration);
        var app = Finish(builder);
        app.MapOpenIdProvider();
        app.MapPortal();
        return app;
    }

    public static WebApplication School(SharedParts shared)
    {
        var site = new SiteIdentity("school", shared.Addresses.School);
        var builder = Start(shared, site, shared.Sites.SchoolPort, typeof(SignInModule).Assembly, typeof(DeskModule).Assembly);
        builder.Services.AddOpenIdProvider(new ProviderIdentity("school", site.PublicUrl), shared.Configuration);
        builder.Services.AddRegistries(shared.Configuration);
        builder.Services.AddSignIn(shared.Configuration).AddWorkplace(shared.Configuration);
        builder.Services.AddDesk(shared.Configuration);
        var app = Finish(builder);
        app.MapOpenIdProvider();
        app.MapSignIn();
        app.MapWorkplace();
        app.MapDesk();
        return app;
    }

    public static WebApplication Demo(SharedParts shared)
    {
        var site = new SiteIdentity("demo", shared.Addresses.Demo);
        var builder = Start(shared, site, shared.Sites.DemoPort, typeof(DemoModule).Assembly);
        builder.Services.AddDemoServices(shared.Configuration);
        var app = Finish(builder);
        app.MapDemoServices();
        return app;
    }

    private static WebApplicationBuilder Start(SharedParts shared, SiteIdentity site, int port, params Assembly[] pages)
    {
        shared.Sites.CheckProxyOf(site);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SiteHost).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory, WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
        });
        builder.Configuration.AddConfiguration(shared.Configuration);
        QuietHost.Configure(builder.Services, builder.Logging, shared.Configuration);
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = 1 << 20;
            k.Listen(IPAddress.Parse(shared.Sites.Listen), port);
        });
        shared.AddTo(builder.Services);
        builder.Services.AddSingleton(site).AddSingleton<Theme>().AddSingleton<SiteLook>().AddHttpClient();
        AddPages(builder.Services, [typeof(SiteHost).Assembly, typeof(OpenIdModule).Assembly, .. pages]);
        // Cyrillic as it is: numeric entities would cost eight bytes a letter.
        builder.Services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        AddProtection(builder.Services, site);
        AddProxies(builder.Services, shared.Sites);
        return builder;
    }

    private static void AddPages(IServiceCollection services, Assembly[] assemblies) =>
        services.AddRazorPages(o => o.RootDirectory = "/").ConfigureApplicationPartManager(manager =>
        {
            manager.ApplicationParts.Clear();
            foreach (var assembly in assemblies)
                foreach (var part in ApplicationPartFactory.GetApplicationPartFactory(assembly).GetApplicationParts(assembly))
                    manager.ApplicationParts.Add(part);
        });

    internal static void AddProtection(IServiceCollection services, SiteIdentity site)
    {
        services.AddDataProtection().SetApplicationName("aupd-" + site.Name);
        services.AddSingleton<SealedKeyRepository>();
        services.AddOptions<KeyManagementOptions>().Configure<SealedKeyRepository>((o, repository) => o.XmlRepository = repository);
        services.AddAntiforgery(o =>
        {
            o.Cookie.Name = site.CookieName("form");
            o.Cookie.SecurePolicy = site.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            o.Cookie.SameSite = SameSiteMode.Lax;
            o.FormFieldName = "form_token";
        });
    }

    private static void AddProxies(IServiceCollection services, SiteSettings sites) =>
        services.Configure<ForwardedHeadersOptions>(o =>
        {
            o.ForwardedHeaders = sites.Proxies.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            o.KnownProxies.Clear();
            o.KnownIPNetworks.Clear();
            foreach (var proxy in sites.Proxies) o.KnownProxies.Add(IPAddress.Parse(proxy));
        });

    private static WebApplication Finish(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.UseForwardedHeaders();
        app.Use(SecurityHeaders);
        app.UseWhen(WantsPage, pages => pages.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandlingPath = "/problem/500", AllowStatusCode404Response = true })
            .UseStatusCodePagesWithReExecute("/problem/{0}"));
        app.UseRouting();
        app.UseAntiforgery();
        app.MapRazorPages();
        app.Services.GetRequiredService<Theme>().Map(app);
        app.MapGet("/health", () => Results.Text("ok"));
        return app;
    }

    // Programs get the bare status; a browser gets a page in words.
    private static bool WantsPage(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    // Pages are not compressed: they hold secrets, which compression would leak by length (BREACH). The theme is.
    // No form-action: browsers apply it to the redirects that follow a form, and a sign-in ends at any registered client.
    private static Task SecurityHeaders(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-cache, no-store";
        if (http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=63072000";
        return next(http);
    }
}
