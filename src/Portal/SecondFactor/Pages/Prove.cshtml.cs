using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Entries;
using Aupd.Portal.Profile;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>Asks a person who is signed in to prove anew who he is, by the password or a passkey. The session goes on.</summary>
[SignedIn(BeforeSetUp = true)]
internal sealed class ProvePage(AccountStore accounts, PasswordTries tries, Factors factors, ProveByPasskey passkeys, PasskeyAsk ask, PortalSessions sessions,
    AuditTrail audit, Language l) : ProfilePage(accounts)
{
    [BindProperty] public string? Password { get; set; }
    [BindProperty(SupportsGet = true, Name = "back")] public string? Back { get; set; }
    public PasskeyQuestion? Passkey { get; private set; }
    public string Username => Account.Login ?? Account.Phone?.Formatted ?? Account.Email?.Address ?? "";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? await ShowAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (string.IsNullOrEmpty(Password)) ModelState.AddModelError(nameof(Password), l["Введите пароль от портала", "Enter your portal password"]);
        else
            // Whoever found an open browser gets no more tries than a stranger.
            switch (await tries.TryAsync(Account, Account.Id.ToString(), Password, new TryPlace($"session {Session.Id}", IsKnown: true), ct))
            {
                case TryOutcome.Correct: return await ProvedAsync("password", ct);
                case TryOutcome.MustWait wait: Crowd.AddWait(ModelState, Response, wait.For, l); break;
                case TryOutcome.Busy busy: Crowd.AddTo(ModelState, Response, busy.RetryAfter, l); break;
                default: ModelState.AddModelError(nameof(Password), l["Пароль не подошёл", "This is not your password"]); break;
            }
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? state, string? answer, CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        switch (await passkeys.RunAsync(HttpContext, PasskeyAsk.ToProve(Account.Id), Account, state, answer, ct))
        {
            case PasskeyProof.Right: return await ProvedAsync("passkey", ct);
            case PasskeyProof.MustWait wait: Crowd.AddTo(ModelState, Response, wait.For, l); break;
            case var why: ModelState.AddModelError("", PasskeyWords.Of(why, l)); break;
        }
        return await ShowAsync(ct);
    }

    private async Task<IActionResult> ProvedAsync(string by, CancellationToken ct)
    {
        await sessions.ProvedAsync(HttpContext, ct);
        await audit.WriteAsync(new AuditLine("portal.proved-again", Actor, Details: new { session = Session.Id, by }), ct);
        return this.SeeOther(LocalUrl.Check(Back) ?? "/profile/second-step");
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        if ((await factors.OfAsync(Account.Id, ct)).Passkeys > 0) Passkey = await ask.AskAsync(HttpContext, PasskeyAsk.ToProve(Account.Id), Account);
        return Page();
    }
}
