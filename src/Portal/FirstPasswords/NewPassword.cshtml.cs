using Aupd.Kernel.People;
using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Entries;
using Aupd.Portal.Passwords;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Npgsql;

namespace Aupd.Portal.FirstPasswords;

/// <summary>Whoever came in with a first password chooses the own; until then nothing else opens.</summary>
[SignedIn(BeforeOwnPassword = true, BeforeSetUp = true)]
internal sealed class NewPasswordPage(AccountStore accounts, ChooseOwnPassword choose, PortalSessions sessions, Language l) : PageModel
{
    internal const string Path = "/login/new-password";

    [BindProperty] public string? Password { get; set; }
    /// <summary>Local URL to go to afterwards.</summary>
    [BindProperty(SupportsGet = true, Name = "return")] public string? Return { get; set; }
    public string? CheckedReturn => LocalUrl.Check(Return);
    public string? Username { get; private set; }
    /// <summary>The sheet is too old: a guardian has to give a new one.</summary>
    public bool IsTooOld { get; private set; }

    private PortalSession Session { get; set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (IsTooOld) return Page();
        if (string.IsNullOrEmpty(Password)) ModelState.AddModelError(nameof(Password), l["Придумайте новый пароль", "Choose a new password"]);
        else
        {
            switch (await choose.RunAsync(Session, Password, ct))
            {
                case ChangePasswordOutcome.Changed:
                    await sessions.RenewAsync(HttpContext, ct);
                    return this.SeeOther(CheckedReturn ?? "/profile");
                case ChangePasswordOutcome.SameAsOld: ModelState.AddModelError(nameof(Password), l["Это пароль с листка. Придумайте другой", "This is the password on the sheet. Choose another one"]); break;
                case ChangePasswordOutcome.NewRefused refused: ModelState.AddModelError(nameof(Password), refused.Fault.Words(l)); break;
                case ChangePasswordOutcome.Busy busy: Crowd.AddTo(ModelState, Response, busy.RetryAfter, l); break;
                case ChangePasswordOutcome.NoAccount: return Redirect("/login");
                default: throw new System.Diagnostics.UnreachableException();
            }
        }
        return Page();
    }

    // A browser that was left at this page would let anybody choose; the sheet is asked for again after a while.
    private async Task<IActionResult?> EnterAsync(CancellationToken ct)
    {
        Session = await HttpContext.SessionAsync();
        if (!Session.MustChangePassword) return this.SeeOther(CheckedReturn ?? "/profile");
        if (!choose.IsFresh(Session))
        {
            await sessions.EndAsync(HttpContext, ct);
            var query = new QueryBuilder { { "late", "true" } };
            if (CheckedReturn is { } back) query.Add("return", back);
            return this.SeeOther("/login" + query.ToQueryString());
        }
        IsTooOld = !await choose.IsInTimeAsync(Session, ct);
        Username = (await accounts.FindAsync(Session.AccountId, ct))?.Login;
        return null;
    }
}

/// <summary>The first password is replaced by one that its owner alone knows.</summary>
internal sealed class ChooseOwnPassword(AccountStore store, PasswordHashing hashing, HashGate gate, ReplacePassword replace, NpgsqlDataSource source,
    SchoolLinkSettings settings, SchoolPasswordSettings school, TimeProvider clock)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(15);

    public bool IsFresh(PortalSession session) => clock.GetUtcNow() - session.AuthenticatedAt < FreshFor;

    public async Task<bool> IsInTimeAsync(PortalSession session, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await FirstPasswordRows.IsFreshAsync(connection, session.AccountId, clock.GetUtcNow().AddDays(-settings.FirstPasswordDays), ct);
    }

    public async Task<ChangePasswordOutcome> RunAsync(PortalSession session, string password, CancellationToken ct)
    {
        if (await store.FindAsync(session.AccountId, ct) is not { } account) return new ChangePasswordOutcome.NoAccount();
        if (PasswordRules.Check(password, PasswordOwner.Of(account), school) is { } fault) return new ChangePasswordOutcome.NewRefused(fault);
        switch (await hashing.VerifyAsync(account.PasswordHash, password, ct))
        {
            case PasswordVerdict.Correct: return new ChangePasswordOutcome.SameAsOld();
            case PasswordVerdict.Busy: return new ChangePasswordOutcome.Busy(gate.RetryAfter);
        }
        return await replace.RunAsync(account.Id, password, keep: session.Id, actor: account.Id.ToString(), ct);
    }
}
