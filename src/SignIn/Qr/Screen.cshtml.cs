using Aupd.SignIn.PortalSignIn;

namespace Aupd.SignIn.Qr;

/// <summary>The code on an ordinary screen.</summary>
internal sealed class ScreenModel(ScreenParts parts) : ScreenPage(parts, isPanel: false)
{
    internal const string Path = "/qr/screen";
    public string PasswordUrl => WayBack.With("/signin/start", Asked?.RequestId);
}
