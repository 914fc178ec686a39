using Aupd.Kernel.Audit;
using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Kernel.Throttling;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Kernel;

/// <summary>What every module stands on: the database, the audit trail, facts, throttles and the two languages.</summary>
public static class KernelModule
{
    public static MigrationSet Migrations { get; } = MigrationSet.EmbeddedIn(typeof(KernelModule).Assembly, "kernel");

    /// <summary>Needs an NpgsqlDataSource, a Sealer, a TimeProvider and PlacesSettings registered beside it.</summary>
    public static IServiceCollection AddKernel(this IServiceCollection services)
    {
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<FactLog>().AddSingleton<DeadFacts>();
        services.AddSingleton<Throttle>();
        services.AddSingleton<Places>();
        services.AddHttpContextAccessor();
        services.AddScoped<Language>().AddScoped<PersonalDataCopy>();
        return services;
    }
}
