using Aupd.Demo.Services;
using Aupd.Kernel.Data;
using Aupd.Kernel.Settings;
using Aupd.OpenId.RelyingParty;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Demo;

/// <summary>Five small school services as true OpenID Connect clients, and the demo region.</summary>
public static class DemoModule
{
    public static MigrationSet Migrations { get; } = MigrationSet.EmbeddedIn(typeof(DemoModule).Assembly, "demo");

    public static IServiceCollection AddDemoServices(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DemoSettings>(configuration, DemoSettings.Section);
        services.Configure<RouteOptions>(o => o.SetParameterPolicy<ServiceRouteConstraint>("service"));
        services.AddSingleton<PendingSignInCookie>();
        services.AddSingleton<ServiceClients>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<RecheckSession>();
        services.AddSingleton<ServiceStyles>();
        services.AddScoped<ServiceCookie>();
        return services;
    }

    public static WebApplication MapDemoServices(this WebApplication app)
    {
        app.MapBackchannelLogout();
        app.MapServiceStyles();
        return app;
    }
}
