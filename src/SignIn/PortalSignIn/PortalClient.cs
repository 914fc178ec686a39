using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.RelyingParty;
using Microsoft.Extensions.Logging;

namespace Aupd.SignIn.PortalSignIn;

/// <summary>The gateway as a client of the portal: this program's own, or any other OpenID Connect portal by settings.</summary>
internal sealed class PortalClient : IDisposable
{
    internal const string ClientId = "school";
    private static readonly string[] Scopes = ["openid", "profile", "email", "phone", "snils", "birthdate"];

    public PortalClient(SignInSettings settings, SiteAddresses addresses, Sealer sealer, TimeProvider clock, ILogger<OidcClient> log)
    {
        Issuer = settings.PortalIssuer.Length > 0 ? settings.PortalIssuer : addresses.Portal;
        Api = settings.PortalApi.Length > 0 ? settings.PortalApi.TrimEnd('/') : Issuer.TrimEnd('/');
        // Contract of the two sites of this program: unless set, both derive the secret from the master key.
        Secret = settings.PortalClientSecret.Length > 0 ? settings.PortalClientSecret : Convert.ToHexStringLower(sealer.Key("portal-client-secret"));
        Client = new OidcClient(new OidcClientOptions(Issuer, ClientId, Secret, addresses.School + "/signin/callback") { Scopes = Scopes }, clock, log);
    }

    internal string Issuer { get; }
    internal string Api { get; }
    internal string Secret { get; }
    internal OidcClient Client { get; }

    public void Dispose() => Client.Dispose();
}
