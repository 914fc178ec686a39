using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aupd.OpenId.Keys;

internal static class KeysModule
{
    /// <summary>Needs ProviderIdentity and OpenIdSettings beside it. Sites and workers call it alike.</summary>
    public static IServiceCollection AddSigningKeys(this IServiceCollection services)
    {
        services.TryAddSingleton<NewSigningKey>(SigningKey.Generate);
        services.TryAddSingleton<SigningKeyStore>();
        services.TryAddSingleton<SigningKeys>();
        services.TryAddSingleton<ISigningKeys>(s => s.GetRequiredService<SigningKeys>());
        services.TryAddSingleton<ITokenSigner>(s => s.GetRequiredService<SigningKeys>());
        services.AddHostedService<KeysCheck>();
        return services;
    }
}
