using Aupd.SignIn.Profiles;

namespace Aupd.SignIn.NoAccount;

/// <summary>Which verdicts the person is told. Whoever typed in a stranger's name or СНИЛС must not learn whether the registries know them: a
/// verdict is told when a confirmed СНИЛС stands behind the name, or when a confirmed phone or e-mail led to the record. The rest of the page
/// follows from the account alone.</summary>
internal static class Told
{
    internal static IReadOnlyList<KeptVerdict> To(PortalAccount account, IEnumerable<KeptVerdict> verdicts)
    {
        var told = verdicts.Where(v => !v.Matches && (account.SnilsConfirmed || v.Proven)).ToList();
        if (account is { Snils: not null, SnilsConfirmed: false }) return [.. told, OfAccount("none", "snils_unconfirmed")];
        if (told.Count > 0) return told;
        var unknown = OfAccount("none", "no_record");
        if (account.SnilsInvalid) return [OfAccount("staff", "snils_invalid"), unknown];
        return account.Snils is null ? [unknown, OfAccount("staff", "snils_missing")] : [unknown];
    }

    /// <summary>Why somebody who holds a role lacks another. Only what a confirmed identifier of theirs led to: a namesake's record is no missing role,
    /// and work that has ended is not missed.</summary>
    internal static IReadOnlyList<KeptVerdict> ToHolder(IEnumerable<KeptVerdict> verdicts) =>
        [.. verdicts.Where(v => v is { Matches: false, Proven: true } && v.Reason is not ("no_record" or "ended")).DistinctBy(v => (v.Role, v.Reason))];

    private static KeptVerdict OfAccount(string role, string reason) => new(role, false, reason, "", Proven: false);
}
