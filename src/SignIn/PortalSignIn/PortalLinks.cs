using Aupd.Kernel.Http;

namespace Aupd.SignIn.PortalSignIn;

/// <summary>The portal's own pages, to which people are sent for what only the portal can change. This program's portal leads them back.</summary>
internal sealed class PortalLinks(SignInSettings settings, SiteAddresses addresses)
{
    private const string Back = "?back=" + PortalClient.ClientId;

    public string Profile => Page("");
    public string Phone => Page("/phone");
    public string Email => Page("/email");
    public string Snils => Page("/snils");
    public string Password => Page("/password");
    public string Copy => Page("/copy");
    public string Sessions => Page("/sessions");
    /// <summary>Null where another's portal has none.</summary>
    public string? SecondFactor => settings.PortalSecondFactorUrl.Length > 0 ? settings.PortalSecondFactorUrl
        : settings.PortalProfileUrl.Length > 0 ? null : Page("/second-step");

    // Another's portal has one address for all of these.
    private string Page(string path) => settings.PortalProfileUrl.Length > 0 ? settings.PortalProfileUrl : addresses.Portal + "/profile" + path + Back;
}
