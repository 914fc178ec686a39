using Aupd.Desk.Doors;
using Aupd.Desk.Support;
using Aupd.Kernel.Data;
using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Desk;

/// <summary>Support and administration.</summary>
public static class DeskModule
{
    public static MigrationSet Migrations { get; } = MigrationSet.EmbeddedIn(typeof(DeskModule).Assembly, "desk");

    public static IServiceCollection AddDesk(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DeskSettings>(configuration, DeskSettings.Section);
        services.AddSingleton<SupportRequests>().AddSingleton<ISupportRequests>(s => s.GetRequiredService<SupportRequests>())
            .AddSingleton<IPersonalDataPart, RequestsPart>();
        return services;
    }

    public static WebApplication MapDesk(this WebApplication app) => app;

    public static IServiceCollection AddDeskWorker(this IServiceCollection services, IConfiguration configuration) => services;
}
