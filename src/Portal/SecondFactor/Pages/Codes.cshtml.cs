using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>Codes that are made and not yet seen, as they lie sealed in their flow for a moment.</summary>
internal sealed record MadeCodes(Guid AccountId, Guid SessionId, IReadOnlyList<string> Codes)
{
    public const string Kind = "recovery-codes";
}

/// <summary>Makes recovery codes and shows them once.</summary>
[SignedIn(BeforeSetUp = true)]
internal sealed class CodesPage(AccountStore accounts, FlowStore flows, ChangeFactor change, Factors factors, SecondFactorSettings settings, TimeProvider clock)
    : FactorPage(accounts, settings, clock)
{
    /// <summary>What has just been added, <c>app</c> or <c>passkey</c>; null when the person came for the codes alone.</summary>
    [BindProperty(SupportsGet = true, Name = "after")] public string? AfterWhat { get; set; }
    /// <summary>The codes, this once.</summary>
    public IReadOnlyList<string>? Made { get; private set; }
    public bool WereShown { get; private set; }
    public int Left { get; private set; }
    public bool After => AfterWhat is "app" or "passkey";
    /// <summary>An administrator who came from elsewhere goes on to there.</summary>
    public string Onward => LocalUrl.Check(Return) ?? "/profile/second-step" + (AfterWhat switch { "app" => "?done=app", "passkey" => "?done=passkey", _ => "" });

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        var state = await factors.OfAsync(Account.Id, ct);
        if (!state.Any) return Redirect(With("/profile/second-step"));
        Left = state.CodesLeft;
        if (await flows.FindAsync<MadeCodes>(HttpContext, MadeCodes.Kind, ct) is { } flow && flow.State.AccountId == Account.Id && flow.State.SessionId == Session.Id)
        {
            // Marked before they are shown: of two tabs one shows them.
            if (await flows.FinishAsync(MadeCodes.Kind, flow, flow.State with { Codes = [] }, Account.Id, ct)) Made = flow.State.Codes;
            else WereShown = true;
        }
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        if (await change.RunAsync(Account.Id, new FactorChange.MakeCodes(), Actor, ct) is not ChangeFactorOutcome.Codes made)
            return this.SeeOther(With("/profile/second-step"));
        await flows.StartAsync(HttpContext, MadeCodes.Kind, new MadeCodes(Account.Id, Session.Id, made.Made), ct);
        return this.SeeOther(With("/profile/second-step/codes" + (After ? "?after=" + AfterWhat : "")));
    }
}
