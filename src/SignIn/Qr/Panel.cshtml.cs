namespace Aupd.SignIn.Qr;

/// <summary>The code on an interactive panel in a classroom.</summary>
internal sealed class PanelModel(ScreenParts parts, SignInSettings settings) : ScreenPage(parts, isPanel: true)
{
    internal const string Path = "/panel";
    public int Minutes { get; } = settings.Qr.PanelMinutes;
}
