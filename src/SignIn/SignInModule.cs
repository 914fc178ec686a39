using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Aupd.OpenId.Doors;
using Aupd.OpenId.RelyingParty;
using Aupd.Registries.Doors;
using Aupd.SignIn.Activation;
using Aupd.SignIn.Badges;
using Aupd.SignIn.Cabinet;
using Aupd.SignIn.Cabinet.Data;
using Aupd.SignIn.Cabinet.Home;
using Aupd.SignIn.Cabinet.LoginHealth;
using Aupd.SignIn.Cabinet.Security;
using Aupd.SignIn.Devices;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Events;
using Aupd.SignIn.Family;
using Aupd.SignIn.Family.Trust;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Provider;
using Aupd.SignIn.Qr;
using Aupd.SignIn.Roles;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn;

/// <summary>The school gateway: people sign in through the portal, are found in the registries, activated, and led to their service.</summary>
public static class SignInModule
{
    public static MigrationSet Migrations { get; } = MigrationSet.EmbeddedIn(typeof(SignInModule).Assembly, "signin");

    public static IServiceCollection AddSignIn(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<SignInSettings>(configuration, SignInSettings.Section);
        services.AddSettings<SchoolPasswordSettings>(configuration, SchoolPasswordSettings.Section);
        services.AddSignInRoutes();
        services.AddSingleton<PortalClient>().AddSingleton<PortalLinks>().AddSingleton<PendingSignInCookie>().AddScoped<StartPortalSignIn>().AddSingleton<FinishPortalSignIn>();
        services.AddSingleton<SessionCookie>().AddSingleton<Sessions.Sessions>().AddSingleton<EndSessions>().AddSingleton<SignOutHere>();
        services.AddSingleton<SessionTouches>().AddHostedService(s => s.GetRequiredService<SessionTouches>());
        services.AddSingleton<PortalAccounts>().AddSingleton<MatchAccount>();
        services.AddSingleton<RequestStore>().AddSingleton<SituationReader>().AddSingleton<Services>().AddSingleton<Continue>();
        services.AddSingleton<PortalApi>().AddSingleton<IssueLogin>().AddSingleton<ActivateAccount>().AddSingleton<IActivatedPeople, ActivatedPeople>()
            .AddSingleton<INetworkPasswords, NetworkPasswords>();
        services.AddSingleton<PortalEvents>();
        services.AddSingleton<RememberChoice>().AddSingleton<CabinetParts>().AddSingleton<LoginUses>().AddScoped<Attention>().AddSingleton<GatewayLamps>().AddSingleton<WifiLamp>().AddSingleton<RepairLogin>()
            .AddSingleton<OwnRegistryData>().AddSingleton<IPersonalDataPart, AccountPart>().AddSingleton<IPersonalDataPart, RecordsPart>()
            .AddSingleton<IPersonalDataPart, HistoryPart>().AddSingleton<HistoryWords>();
        services.AddSingleton<TraceReport>().AddSingleton<LedClasses>();
        services.AddSingleton<IVisitors, Visitors>();
        services.AddSingleton(new ScopeText("profile", "ваши имя, логин и дату рождения", "your name, login and birth date"))
            .AddSingleton(new ScopeText("snils", "ваш СНИЛС", "your SNILS"))
            .AddSingleton(new ScopeText("roles", "ваши роли, школы и класс", "your roles, schools and class"))
            .AddSingleton(new ScopeText("children", "имена, школы и классы ваших детей", "the names, schools and classes of your children"));
        services.AddSingleton<ScreenCookie>().AddSingleton<ScreenCodes>().AddSingleton<EnterScreen>().AddSingleton<ScreenParts>().AddSingleton<ScreenEvents>()
            .AddSingleton<ScreenQuestions>().AddSingleton<ScreenNews>().AddHostedService(s => s.GetRequiredService<ScreenNews>());
        services.AddSingleton<DeviceCookie>().AddSingleton<RecogniseDevice>().AddSingleton<BindDevice>().AddSingleton<OwnDevices>()
            .AddSingleton<IPersonalDataPart, DevicesPart>();
        services.AddSingleton<FamilyRights>().AddSingleton<ChildStates>().AddSingleton<ChildOrders>().AddSingleton<ReserveLogin>().AddSingleton<PortalFamily>()
            .AddSingleton<MakeChildAccount>().AddSingleton<ReadSheet>().AddSingleton<ResetChildPassword>().AddSingleton<EndChildSessions>()
            .AddSingleton<FamilyNotices>().AddScoped<OwnGuardians>().AddSingleton<EndTrust>().AddSingleton<TrustedPersons>().AddSingleton<NameTrusted>()
            .AddSingleton<IPersonalDataPart, TrustPart>();
        services.AddSingleton<ClassTeachers>().AddSingleton<ClassBadges>().AddSingleton<BadgeCodes>().AddSingleton<BadgeCookie>().AddSingleton<PupilOfBadge>()
            .AddSingleton<BadgeEntries>().AddSingleton<EnterByBadge>().AddSingleton<ClassHistory>().AddSingleton<IPersonalDataPart, BadgesPart>();
        services.AddSingleton(new ContextClasses(EnterByBadge.Class, ContextClass.Password, ContextClass.TwoFactor)).AddSingleton<IEndUser, EndUser>().AddSingleton<IClaimsSource, ClaimsSource>();
        return services;
    }

    /// <summary>Which facts come here. For hosts that make such facts without being the gateway: an import from the command line, say.</summary>
    public static IServiceCollection AddSignInRoutes(this IServiceCollection services) => services
        .AddSingleton(new FactRoute(RolesChanged.Topic, EndLostRoles.ReceiverName))
        .AddSingleton(new FactRoute(RolesChanged.Topic, EndLeftBadges.ReceiverName))
        .AddSingleton(new FactRoute(RolesChanged.Topic, EndLeftTrust.ReceiverName))
        .AddSingleton(new FactRoute(LoginIssued.Topic, TellPortalLogin.ReceiverName))
        .AddSingleton(new FactRoute(FamilyNews.Topic, TellPortalNews.ReceiverName))
        .AddSingleton(new FactRoute(PortalSessionsEnded.Topic, EndPortalSessions.ReceiverName));

    public static WebApplication MapSignIn(this WebApplication app)
    {
        PortalEndpoints.Map(app);
        EventEndpoints.Map(app);
        ScreenEvents.Map(app);
        CabinetEndpoints.Map(app);
        BadgeEndpoints.Map(app);
        return app;
    }

    /// <summary>Beside <see cref="AddSignIn"/> in the gateway's worker.</summary>
    public static IServiceCollection AddSignInWorker(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton<IFactReceiver, EndLostRoles>().AddSingleton<IFactReceiver, EndLeftBadges>().AddSingleton<IFactReceiver, EndLeftTrust>().AddSingleton<IFactReceiver, TellPortalLogin>()
        .AddSingleton<IFactReceiver, TellPortalNews>().AddSingleton<IFactReceiver, EndPortalSessions>().AddHostedService<PruneExpired>();
}
