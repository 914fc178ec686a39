using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.SecondFactor;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

/// <summary>One's own data, each with the way to change it.</summary>
[SignedIn]
internal sealed class IndexPage(AccountStore accounts, PortalSessions sessions, BackToService back, Factors factors, TimeProvider clock, Language l)
    : ProfilePage(accounts)
{
    [BindProperty(SupportsGet = true, Name = "saved")] public ProfileNotice Notice { get; set; }

    public string? NoticeText => ProfileWords.For(Notice, l);
    /// <summary>The service that sent the person here, if one did.</summary>
    public (string Name, string Url)? Back { get; private set; }
    public int SessionCount { get; private set; }
    public string SecondStepText { get; private set; } = "";
    /// <summary>Somebody has asked an operator to let the person in without his second factor.</summary>
    public bool ResetIsAsked { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Back = await back.FindAsync(HttpContext, ct);
        SessionCount = (await sessions.ListAsync(Account.Id, ct)).Count;
        var state = await factors.OfAsync(Account.Id, ct);
        ResetIsAsked = state.ResetOpenUntil > clock.GetUtcNow().UtcDateTime;
        SecondStepText = Describe(state);
        return Page();
    }

    private string Describe(FactorState state) => (state.HasTotp, state.Passkeys) switch
    {
        (false, 0) => l["Не включён: входите по паролю", "Off: you sign in with the password"],
        (true, 0) => l["Код из приложения", "Code from an app"],
        (false, var keys) => l[$"Ключи доступа: {keys}", $"Passkeys: {keys}"],
        (true, var keys) => l[$"Ключи доступа: {keys}, код из приложения", $"Passkeys: {keys}, code from an app"],
    };

    public async Task<IActionResult> OnPostSignOutAsync(CancellationToken ct)
    {
        await sessions.EndAsync(HttpContext, ct);
        return Redirect("/login");
    }
}
