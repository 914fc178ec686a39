using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

[SignedIn]
internal sealed class NamePage(AccountStore accounts, SetIdentifier set, Language l) : ProfilePage(accounts)
{
    [BindProperty] public string? Last { get; set; }
    [BindProperty] public string? First { get; set; }
    [BindProperty] public string? Middle { get; set; }
    [BindProperty] public bool NoMiddle { get; set; }

    /// <summary>Another name takes the confirmation off the СНИЛС; said before it is done.</summary>
    public bool LosesConfirmation => Account.SnilsState == SnilsState.Confirmed;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        (Last, First, Middle, NoMiddle) = (Account.Name.Last, Account.Name.First, Account.Name.Middle, Account.Name.Middle is null);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        var errors = new List<FieldError>();
        var name = new NameEntry(Last, First, Middle, NoMiddle).Read(l, errors);
        Show(errors);
        if (name is null) return Page();
        await set.RunAsync(Account.Id, new IdentifierChange.OfName(name), Actor, ct);
        return Saved(ProfileNotice.Name);
    }
}
