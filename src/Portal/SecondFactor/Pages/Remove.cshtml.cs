using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>Asks once before a factor goes.</summary>
[SignedIn]
internal sealed class RemovePage(AccountStore accounts, Factors factors, ChangeFactor change, SecondFactorSettings settings, TimeProvider clock)
    : FactorPage(accounts, settings, clock)
{
    /// <summary><c>app</c>, or the id of a passkey.</summary>
    [BindProperty(SupportsGet = true, Name = "key")] public string? Key { get; set; }

    public bool IsApp => Key == "app";
    public string Name { get; private set; } = "";
    public bool IsLast { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        var (state, app, passkeys) = await factors.ListAsync(Account.Id, ct);
        var passkey = passkeys.FirstOrDefault(p => p.Id == Key);
        if (IsApp ? app is null : passkey is null) return Redirect("/profile/second-step");
        (Name, IsLast) = (passkey?.Name ?? "", state.Count == 1);
        return IsLast && state.IsAdministrator ? Redirect("/profile/second-step?done=kept") : Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        FactorChange? change_ = IsApp ? new FactorChange.RemoveApp()
            : Key is { Length: < 2000 } key && System.Buffers.Text.Base64Url.IsValid(key) ? new FactorChange.RemovePasskey(System.Buffers.Text.Base64Url.DecodeFromChars(key)) : null;
        var outcome = change_ is null ? null : await change.RunAsync(Account.Id, change_, Actor, ct);
        return this.SeeOther("/profile/second-step" + outcome switch
        {
            ChangeFactorOutcome.Done => IsApp ? "?done=appremoved" : "?done=passkeyremoved",
            ChangeFactorOutcome.LastOfAdministrator => "?done=kept",
            _ => "",
        });
    }
}
