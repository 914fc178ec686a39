using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Cabinet.Security;
using Aupd.SignIn.Family.Trust;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Family;

/// <summary>For a child of fourteen or more: who its guardians are, what they see, what they have done.</summary>
internal sealed class OwnGuardians(IFamilies families, TrustedPersons trusted, PortalAccounts accounts, AuditTrail audit, HistoryWords words, Language language)
{
    internal sealed record Act(DateTimeOffset At, string Text);

    /// <param name="MayBeReset">The account was made from the record by a sheet.</param>
    internal sealed record View(IReadOnlyList<string> Guardians, bool MayBeReset, IReadOnlyList<Act> Acts, IReadOnlyList<TrustedPerson> Trusted);

    private const int MostActs = 50;
    private static readonly string[] Told = ["signin.child-account-made", "signin.child-password-reset", "signin.sessions-ended", "signin.trusted-named"];

    internal async Task<View> ReadAsync(Visitor child, CancellationToken ct)
    {
        var guardians = await families.GuardiansOfAsync(child.Subject, ct);
        var id = child.AccountId.ToString();
        var lines = await audit.ReadOfAsync([id], Told, null, MostActs, ct);
        // What the child did itself, and what a registry or the portal did, is in the history of sign-ins.
        var acts = lines.Where(l => l.Subject == id && Guid.TryParse(l.Actor, out _)).Select(l => new Act(l.At, words.Of(l, language, s => s, isMine: false))).ToList();
        var kept = await accounts.ReadAsync(child.AccountId, ct);
        return new View([.. guardians.Select(g => g.Name.Reveal()).Distinct(StringComparer.Ordinal)],
            kept?.Account.MadeFromRecordId is { } record && guardians.Any(g => g.PupilRecordId == record), acts,
            await trusted.OfChildrenAsync([.. guardians.Select(g => g.PupilRecordId).Distinct(StringComparer.Ordinal)], ct));
    }
}
