using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet.Security;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Cabinet.LoginHealth;

/// <summary>The lamps of the portal and of this gateway, from the session and the person's own lines of the audit trail.</summary>
internal sealed class GatewayLamps(AuditTrail audit, HistoryWords words)
{
    private const string ActivationFailed = "signin.activation-failed", SignedIn = "signin.signed-in", ScreenRefused = "signin.screen-refused";
    private static readonly string[] Acts = [ActivationFailed, RepairLogin.Refused, SignedIn, ScreenRefused];

    internal async Task<IReadOnlyList<LoginLamp>> OfAsync(Visitor visitor, Language language, CancellationToken ct)
    {
        var ids = new[] { visitor.AccountId.ToString(), visitor.ProfileId?.ToString() }.OfType<string>().ToList();
        var lines = await audit.ReadOfAsync(ids, Acts, null, 100, ct);
        var portal = lines.FirstOrDefault(l => l.Act is ActivationFailed or RepairLogin.Refused);
        var gateway = lines.FirstOrDefault(l => l.Act == ScreenRefused);
        return
        [
            new LoginLamp(LoginPart.Portal, LampState.Works, null, visitor.AuthenticatedAt, portal?.At, Text(portal)),
            new LoginLamp(LoginPart.Gateway, LampState.Works, null, lines.FirstOrDefault(l => l.Act == SignedIn)?.At ?? visitor.CreatedAt, gateway?.At, Text(gateway)),
        ];

        // Worded for this reader already.
        LampText? Text(KeptAuditLine? line) => line is null ? null : words.Of(line, language, id => id, isMine: true) is var text ? new LampText(text, text) : null;
    }
}
