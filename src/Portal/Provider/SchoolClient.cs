using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Kernel.Secrets;
using Aupd.Kernel.Settings;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aupd.Portal.Provider;

/// <summary>The school gateway, the one client that the portal always has: for sign-in and for the gateway's own questions.</summary>
internal sealed class SchoolClient(SchoolLinkSettings settings, Sealer sealer, SiteAddresses addresses, RegionSettings region)
{
    public const string ClientId = "school";

    private readonly string _secret = settings.ClientSecret.Length > 0 ? settings.ClientSecret
        : Convert.ToHexStringLower(sealer.Key("portal-client-secret"));

    public OpenIdClient Registration => new()
    {
        ClientId = ClientId,
        Name = region.SchoolName,
        NameEnglish = region.SchoolNameEnglish,
        SecretHashes = [Convert.ToHexStringLower(Hash(_secret))],
        RedirectUris = [$"{addresses.School}/signin/callback"],
        PostLogoutRedirectUris = [$"{addresses.School}/signed-out"],
        BackchannelLogoutUri = $"{addresses.School}/signin/backchannel-logout",
        InitiateLoginUri = $"{addresses.School}/cabinet/refresh",
        Scopes = ["openid", "profile", "email", "phone", "snils", "birthdate"],
    };

    /// <summary>Whether an Authorization header is the gateway's (HTTP Basic, RFC 6749 §2.3.1). Takes as long for a wrong secret as for the
    /// right one.</summary>
    public bool IsMe(string? authorization)
    {
        if (authorization is null || authorization.Length > 1000
            || !authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return false;
        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization["Basic ".Length..].Trim(), bytes, out var length)) return false;
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return parts.Length == 2
            & CryptographicOperations.FixedTimeEquals(Hash(Uri.UnescapeDataString(parts[0])), Hash(ClientId))
            & CryptographicOperations.FixedTimeEquals(Hash(Uri.UnescapeDataString(parts[^1])), Hash(_secret));
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <summary>Registers the gateway with the portal's OpenID provider at every start, so that a changed address or secret is in
/// force.</summary>
internal sealed class RegisterSchoolClient(SchoolClient school, IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<IClients>().RegisterAsync(school.Registration, cancellationToken);
        if (outcome is RegisterClientOutcome.Refused refused)
            throw new SettingsException("The school gateway cannot be a client of the portal: " + string.Join(" ", refused.Faults));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
