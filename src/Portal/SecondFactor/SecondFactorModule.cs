using Aupd.Kernel.Http;
using Aupd.Kernel.Settings;
using Aupd.Portal.Accounts;
using Aupd.Portal.Doors;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.SecondFactor;

/// <summary>Passkeys, codes of an app, recovery codes, and the way back when they are lost.</summary>
internal static class SecondFactorModule
{
    public static IServiceCollection AddSecondFactor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<SecondFactorSettings>(configuration, SecondFactorSettings.Section);
        services.AddSingleton<Factors>().AddSingleton<RenamePasskey>();
        services.AddScoped<TotpProvider>().AddScoped<FactorMessages>().AddScoped<ChangeFactor>();
        services.AddScoped<ProveByCode>().AddScoped<SecondStep>();
        services.AddScoped<IPasskeyHandler<PortalAccount>, PasskeyHandler<PortalAccount>>();
        services.AddScoped<PasskeyAsk>().AddScoped<ProveByPasskey>().AddScoped<SignInByPasskey>();
        services.AddScoped<Resets>().AddScoped<ISecondFactorResets>(s => s.GetRequiredService<Resets>());
        services.AddScoped<IAdministrators, Administrators>();
        services.Configure<IdentityOptions>(o => o.Tokens.ProviderMap[TotpProvider.Name] = new TokenProviderDescriptor(typeof(TotpProvider)));
        services.AddOptions<IdentityPasskeyOptions>().Configure<SiteIdentity>(Configure);
        return services;
    }

    // Always verified: a passkey here stands for a password and more, and a key that cannot ask for a PIN or a finger is no passkey.
    private static void Configure(IdentityPasskeyOptions options, SiteIdentity site)
    {
        options.ServerDomain = new Uri(site.PublicUrl).Host;
        options.UserVerificationRequirement = "required";
        options.ResidentKeyRequirement = "required";
        options.AttestationConveyancePreference = "none";
        options.AuthenticatorTimeout = TimeSpan.FromMinutes(5);
        // What the request says of itself is not asked: a proxy in between could say anything.
        options.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && context.Origin == site.PublicUrl);
    }
}
