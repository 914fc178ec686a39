using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Health;
using Aupd.Workplace.Passwords;
using Aupd.Workplace.People;
using Aupd.Workplace.Reconcile;
using Aupd.Workplace.Teams;
using Aupd.Workplace.Wifi;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Workplace;

/// <summary>The issued login at work: accounts in the schools' directory and in Teams.</summary>
public static class WorkplaceModule
{
    public static MigrationSet Migrations { get; } = MigrationSet.EmbeddedIn(typeof(WorkplaceModule).Assembly, "workplace");

    /// <summary>Beside AddSignIn, in the gateway, its worker and its commands.</summary>
    public static IServiceCollection AddWorkplace(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DirectorySettings>(configuration, DirectorySettings.Section);
        services.AddSettings<TeamsSettings>(configuration, TeamsSettings.Section);
        services.AddSettings<PasswordSettings>(configuration, PasswordSettings.Section);
        services.AddSettings<SchoolPasswordSettings>(configuration, SchoolPasswordSettings.Section);
        services.AddSettings<ReconcileSettings>(configuration, ReconcileSettings.Section);
        services.AddSingleton(new FactRoute(PersonChanged.Topic, OnPersonChanged.ReceiverName))
            .AddSingleton(new FactRoute(RolesChanged.Topic, OnRolesChanged.ReceiverName))
            .AddSingleton(new FactRoute(AccountsCompared.Topic, OnAccountsCompared.ReceiverName));
        services.AddSingleton<TrustedFolder>().AddSingleton<FindTwins>().AddSingleton<RefreshPeople>();
        services.AddSingleton<EntryTemplate>().AddSingleton<FindPerson>().AddSingleton<DeliverAccount>().AddSingleton<DeliveryTarget, DirectoryTarget>();
        services.AddSingleton<ScimToken>().AddSingleton<UserTemplate>().AddSingleton<GroupTemplate>().AddSingleton<TeamsNames>().AddSingleton<ITeamsNames>(services => services.GetRequiredService<TeamsNames>()).AddSingleton<GroupQueue>()
            .AddSingleton<DeliverUser>().AddSingleton<DeliverGroup>().AddSingleton<DeliveryTarget, TeamsTarget>();
        services.AddSingleton<IWorkplaceAccounts, WorkplaceAccounts>();
        services.AddSingleton<CompareAccount>().AddTransient<DirectorySide>().AddSingleton<ReconcileStore>().AddTransient<ReconcileSteps>()
            .AddTransient<RunReconcile>().AddTransient<Reconciliation>(s => s.GetRequiredService<RunReconcile>())
            .AddSingleton<TeamsSide>().AddTransient<RunTeamsReconcile>().AddTransient<Reconciliation>(s => s.GetRequiredService<RunTeamsReconcile>()).AddTransient<IReconcile, Reconciles>();
        services.AddSingleton<DeliveryHealth>().AddSingleton<ILoginHealth>(s => s.GetRequiredService<DeliveryHealth>()).AddSingleton<ILoginRepair>(s => s.GetRequiredService<DeliveryHealth>());
        services.AddSingleton<PasswordKeys>().AddSingleton<IWorkplacePasswords, KeepPasswords>()
            .AddSingleton<IPersonalDataPart, AccountPart>();
        services.AddWifi(configuration);
        return services;
    }

    public static WebApplication MapWorkplace(this WebApplication app)
    {
        KeysEndpoint.Map(app);
        RadiusEndpoints.Map(app);
        return app;
    }

    /// <summary>On top of <see cref="AddWorkplace"/>, in the gateway's worker.</summary>
    public static IServiceCollection AddWorkplaceWorker(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton<IFactReceiver, OnPersonChanged>().AddSingleton<IFactReceiver, OnRolesChanged>().AddSingleton<IFactReceiver, OnAccountsCompared>()
        .AddSingleton<AccountQueue>().AddSingleton<DeliverNext>().AddSingleton<TargetStates>().AddSingleton<PlantDeliveries>()
        .AddHostedService<DeliveryWorker>().AddHostedService<SweepPasswords>().AddHostedService<NightlyReconcile>()
        .AddHostedService<SweepWifi>();
}
