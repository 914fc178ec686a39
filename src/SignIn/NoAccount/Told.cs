using Aupd.SignIn.Profiles;

namespace Aupd.SignIn.NoAccount;

/// <summary>Which verdicts the person is told. Whoever typed in a stranger's name or СНИЛС must not learn whether the registries know them: a
/// verdict is told when a confirmed СНИЛС stands behind the name, or when a confirmed phone or e-mail led to the record. The rest of the page
/// follows from the account alone.</summary>
internal static class Told
{
    internal static IReadOnlyList<KeptVerdict> To(PortalAccount account, IEnumerable<KeptVerdict> verdicts)
    {
        var told = OfRecords(account, verdicts);
        if (account is { Snils: not null, SnilsConfirmed: false }) return [.. told, OfAccount("none", "snils_unconfirmed")];
        if (told.Count > 0) return told;
        var unknown = OfAccount("none", "no_record");
        if (account.SnilsInvalid) return [OfAccount("staff", "snils_invalid"), unknown];
        return account.Snils is null ? [unknown, OfAccount("staff", "snils_missing")] : [unknown];
    }

    /// <summary>Only those about records that came near.</summary>
    internal static IReadOnlyList<KeptVerdict> OfRecords(PortalAccount account, IEnumerable<KeptVerdict> verdicts) =>
        [.. verdicts.Where(v => !v.Matches && v.Reason != "no_record" && (account.SnilsConfirmed || v.Proven))];

    private static KeptVerdict OfAccount(string role, string reason) => new(role, false, reason, "", Proven: false);
}
