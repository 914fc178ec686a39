using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Aupd.Portal.SecondFactor;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Recovery;

/// <summary>A code by SMS or e-mail does not stand for the second factor: whoever holds the phone number alone must not get a new password.</summary>
internal sealed class SecondStepPage(FlowStore flows, AccountStore accounts, Factors factors, ProveByCode codes, ProveByPasskey passkeys, PasskeyAsk ask,
    KnownDevices devices, Language l) : RecoverPage(flows)
{
    private readonly FlowStore _flows = flows;
    private PortalAccount _account = null!;

    [BindProperty] public string? Code { get; set; }
    [BindProperty(SupportsGet = true, Name = "with")] public string? With { get; set; }
    public SecondStepForm Form { get; private set; } = null!;

    protected override string Address => "/recover/second-step";
    private bool WantsRecovery => With == "recovery";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await FindAsync(ct) ?? await ShowAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await FindAsync(ct) is { } elsewhere) return elsewhere;
        var proof = await codes.RunAsync(_account, Code, devices.PlaceOf(HttpContext, _account.Id), ct);
        if (proof is CodeProof.Right) return await TakenAsync(ct);
        SecondStepWords.AddTo(ModelState, Response, proof, WantsRecovery, l);
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? state, string? answer, CancellationToken ct)
    {
        if (await FindAsync(ct) is { } elsewhere) return elsewhere;
        switch (await passkeys.RunAsync(HttpContext, PasskeyAsk.ToProve(_account.Id), _account, state, answer, ct))
        {
            case PasskeyProof.Right: return await TakenAsync(ct);
            case PasskeyProof.MustWait wait: SecondStepWords.AddTo(ModelState, Response, new CodeProof.MustWait(wait.For), WantsRecovery, l); break;
            case var why: ModelState.AddModelError("", PasskeyWords.Of(why, l)); break;
        }
        return await ShowAsync(ct);
    }

    private async Task<IActionResult> TakenAsync(CancellationToken ct)
    {
        await _flows.SaveAsync(RecoveryState.Kind, Flow!, State with { SecondStepTaken = true }, ct);
        return this.SeeOther("/recover/password");
    }

    private async Task<IActionResult?> FindAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (State.AccountId is not { } id || await accounts.FindAsync(id, ct) is not { IsDisabled: false } account) return Redirect("/recover?again=true");
        _account = account;
        return null;
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        var state = await factors.OfAsync(_account.Id, ct);
        var question = state.Passkeys > 0 ? await ask.AskAsync(HttpContext, PasskeyAsk.ToProve(_account.Id), _account) : null;
        Form = new SecondStepForm(state.HasTotp, question, WantsRecovery, state.CodesLeft, Address, "/recover");
        return Page();
    }
}
