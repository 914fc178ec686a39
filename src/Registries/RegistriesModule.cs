using Aupd.Kernel.Data;
using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Aupd.Registries.Accounts;
using Aupd.Registries.Classes;
using Aupd.Registries.Doors;
using Aupd.Registries.Families;
using Aupd.Registries.Imports;
using Aupd.Registries.Organisations;
using Aupd.Registries.OwnRecords;
using Aupd.Registries.Rematching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Registries;

/// <summary>Who is who in the region's schools: imports of the registries, and matching of accounts with them.</summary>
public static class RegistriesModule
{
    public static MigrationSet Migrations { get; } = MigrationSet.EmbeddedIn(typeof(RegistriesModule).Assembly, "registries");

    public static IServiceCollection AddRegistries(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<RegistriesSettings>(configuration, RegistriesSettings.Section);
        services.AddSingleton<IImport, RunImport>();
        services.AddSingleton<IOrganisations, ListOrganisations>();
        services.AddSingleton<IClassLists, ListClasses>();
        services.AddSingleton<IMatching, MatchAccount>();
        services.AddSingleton<IVerdicts, KeptVerdicts>();
        services.AddSingleton<RegionDay>().AddSingleton<KeptAccounts>().AddSingleton<SettledVerdicts>().AddSingleton<CompareAccounts>();
        services.AddSingleton<ReadOwnRecords>().AddSingleton<IOwnRecords>(s => s.GetRequiredService<ReadOwnRecords>())
            .AddSingleton<IPupilAccounts>(s => s.GetRequiredService<ReadOwnRecords>())
            .AddSingleton<IPersonalDataPart, VerdictsPart>();
        services.AddSingleton<IFamilies, ReadFamilies>();
        services.AddSingleton(s => new RoleFragments(s.GetRequiredService<RegionDay>()));
        return services;
    }

    /// <summary>The work that follows an import and a new day. Beside <see cref="AddRegistries"/>, in the school's worker.</summary>
    public static IServiceCollection AddRegistriesWorker(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton<SpreadChanges>().AddSingleton<RematchTouched>().AddHostedService<RematchWorker>();
}
