using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.NoAccount;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>What the portal says of me and what each school has, side by side; what differs, and what to do about it.</summary>
internal sealed class DataModel(CabinetParts parts, PortalAccounts accounts, OwnRegistryData registries, PortalLinks portal, Language language) : CabinetPage(parts)
{
    internal sealed record SchoolCard(OwnRecord Record, IReadOnlyList<ComparedField> Fields);

    internal PortalAccount Account { get; private set; } = null!;
    internal IReadOnlyList<SchoolCard> Cards { get; private set; } = [];
    /// <summary>Why a role that the person may expect is not there.</summary>
    internal IReadOnlyList<KeptVerdict> Missing { get; private set; } = [];
    // What the school merely lacks is worth a word, not an alarm.
    internal int Differences => Cards.Sum(c => c.Fields.Count(f => f.NeedsAct && f.Sameness is not Sameness.OnlyPortal));
    internal PortalLinks Portal => portal;
    [BindProperty(SupportsGet = true, Name = "refreshed")] public bool IsRefreshed { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        if (await accounts.ReadAsync(Visitor.AccountId, ct) is not { } kept) return Redirect(Continue.Path);
        Account = kept.Account;
        var own = await registries.ReadAsync(Visitor, ct);
        Cards = own.Select(r => new SchoolCard(r, new Comparison(Account, r, language).Fields())).ToList();
        Missing = Told.ToHolder(kept.Verdicts);
        return Page();
    }
}
