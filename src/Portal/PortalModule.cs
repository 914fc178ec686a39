using Aupd.Kernel.People;
using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Settings;
using Aupd.OpenId.Doors;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Doors;
using Aupd.Portal.Events;
using Aupd.Portal.FirstPasswords;
using Aupd.Portal.Passwords;
using Aupd.Portal.Provider;
using Aupd.Portal.SecondFactor;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aupd.Portal;

/// <summary>The city portal: accounts, sign-in, and the site's side of its OpenID provider.</summary>
public static class PortalModule
{
    public static MigrationSet Migrations { get; } = MigrationSet.EmbeddedIn(typeof(PortalModule).Assembly, "portal");

    public static IServiceCollection AddPortal(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<SchoolPasswordSettings>(configuration, SchoolPasswordSettings.Section);
        services.AddSettings<HashingSettings>(configuration, HashingSettings.Section);
        services.AddSettings<SessionSettings>(configuration, SessionSettings.Section);
        services.AddSettings<AttemptSettings>(configuration, AttemptSettings.Section);
        services.AddSettings<SchoolLinkSettings>(configuration, SchoolLinkSettings.Section);
        AddAccounts(services);
        services.AddSingleton<KnownDevices>().AddSingleton<ForeignDevice>();
        services.AddScoped<FindAccount>().AddSingleton<TryCounter>().AddScoped<PasswordTries>().AddScoped<SignInByPassword>();
        services.AddSingleton(new ScopeText("profile", "ваши имя и логин", "your name and login"))
            .AddSingleton(new ScopeText("birthdate", "вашу дату рождения", "your birth date"))
            .AddSingleton(new ScopeText("snils", "ваш СНИЛС", "your SNILS"));
        services.AddSingleton(new ContextClasses(ContextClass.Password, ContextClass.TwoFactor)).AddSingleton<IEndUser, PortalEndUser>().AddSingleton<IClaimsSource, PortalClaims>();
        services.AddSingleton<SchoolAsk>().AddSingleton<RecentPasswords>().AddSingleton<NetworkTries>().AddSingleton<SchoolClient>().AddHostedService<RegisterSchoolClient>();
        services.AddHttpClient(TellSchool.HttpClientName, c => c.Timeout = TimeSpan.FromSeconds(10));
        services.AddSingleton<PasswordForSchool>().AddScoped<ConfirmForSchool>();
        services.AddSingleton(new FactRoute(CredentialChanged.Topic, TellOfCredential.ReceiverName));
        services.AddSingleton(new FactRoute(AccountDisabled.Topic, TellOfDisabled.ReceiverName));
        services.AddSingleton(new FactRoute(AccountEnabled.Topic, TellOfEnabled.ReceiverName));
        services.AddSingleton(new FactRoute(IdentifierChanged.Topic, TellOfIdentifier.ReceiverName));
        return services.AddSecondFactor(configuration).AddSelfService(configuration);
    }

    public static WebApplication MapPortal(this WebApplication app)
    {
        app.MapGet("/", async (HttpContext http, PortalSessions sessions, CancellationToken ct) =>
            Results.Redirect(await sessions.CurrentAsync(http, ct) is null ? "/login" : "/profile"));
        SchoolApi.Map(app);
        return app.MapSelfService();
    }

    /// <summary>On top of <see cref="AddPortal"/>.</summary>
    public static IServiceCollection AddPortalWorker(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<TellSchool>().AddSingleton<IFactReceiver, TellOfCredential>().AddSingleton<IFactReceiver, TellOfIdentifier>()
            .AddSingleton<IFactReceiver, TellOfDisabled>().AddSingleton<IFactReceiver, TellOfEnabled>();
        services.AddHostedService<SweepExpired>();
        return services.AddSelfServiceWorker();
    }

    private static void AddAccounts(IServiceCollection services)
    {
        services.AddSingleton<HashGate>().AddSingleton<PasswordHashing>().AddSingleton<PortalSessions>();
        services.AddScoped<AccountStore>().AddScoped<IUserStore<PortalAccount>>(s => s.GetRequiredService<AccountStore>());
        services.AddScoped<IPasswordHasher<PortalAccount>, GatedPasswordHasher>();
        services.AddIdentityCore<PortalAccount>();
        // Both would judge by rules that are not ours: PasswordRules and the table's constraints judge.
        services.RemoveAll<IUserValidator<PortalAccount>>().RemoveAll<IPasswordValidator<PortalAccount>>();
        services.AddScoped<CreateAccount>().AddScoped<SetIdentifier>().AddScoped<ReplacePassword>().AddScoped<ChangePassword>();
        services.AddScoped<AccountStanding>().AddScoped<IssueLogin>();
        services.AddSingleton<FirstPasswordText>().AddScoped<MakeChildAccount>().AddScoped<ResetToFirstPassword>().AddScoped<ChooseOwnPassword>();
        services.AddScoped<IAccounts, AccountsDoor>();
    }
}
