using Aupd.Kernel.Pages;
using Aupd.Portal.Authentication;
using Aupd.Portal.Codes;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Aupd.Portal.SecondFactor;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Aupd.Portal.Recovery;

internal sealed class CodePage(FlowStore flows, RecoveryCodes codes, SpendCode spend, MessageSettings messages, NpgsqlDataSource source,
    Factors factors, TimeProvider clock, Language l)
    : RecoverPage(flows)
{
    private readonly FlowStore _flows = flows;

    [BindProperty] public string? Code { get; set; }
    [BindProperty(SupportsGet = true)] public CodeNotice Notice { get; set; }
    public CodeForm Form { get; private set; } = null!;

    protected override string Address => "/recover/code";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? await ShowFormAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Notice = CodeNotice.None;
        var outcome = await SpendAsync(ct);
        if (outcome is SpendCodeOutcome.Right) return Redirect("/recover/password");
        // The other of two presses on the button has spent it.
        if (outcome is SpendCodeOutcome.Over && await EnterAsync(ct) is { } further) return further;
        CodeWords.AddTo(ModelState, nameof(Code), outcome, l);
        return await ShowFormAsync(ct);
    }

    public async Task<IActionResult> OnPostResendAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        switch (await codes.SendAsync(HttpContext, Flow!, TypedIdentifier.Read(State.Typed)!, ct))
        {
            case IssueCodeOutcome.Sent: return Redirect("/recover/code?notice=sent");
            case IssueCodeOutcome.TooSoon: return Redirect("/recover/code?notice=wait");
            case IssueCodeOutcome.TooMany tooMany:
                CodeWords.AddTo(ModelState, nameof(Code), tooMany, Response, l);
                return await ShowFormAsync(ct);
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<SpendCodeOutcome> SpendAsync(CancellationToken ct)
    {
        // Where an operator has let the person in without it, the wait over, it is not asked for here either.
        var needsSecond = State.AccountId is { } id && await factors.OfAsync(id, ct) is { Any: true } state && !state.ResetHolds(clock.GetUtcNow());
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var outcome = await spend.RunAsync(connection, codes.Bind(Flow!), Code, ct);
        // Without an account no code can be right; asked all the same, since everything after this page rests on it.
        if (outcome is SpendCodeOutcome.Right
            && (State.AccountId is null || !await _flows.SaveAsync(connection, RecoveryState.Kind, Flow!, State with { Proved = true, NeedsSecondStep = needsSecond }, ct)))
            return new SpendCodeOutcome.Over();
        await transaction.CommitAsync(ct);
        return outcome;
    }

    private async Task<IActionResult> ShowFormAsync(CancellationToken ct)
    {
        var wait = Notice == CodeNotice.Wait ? await codes.WaitSecondsAsync(Flow!, ct) : 0;
        var lead = l["Если такая учётная запись есть, мы отправили код на её телефон или почту.", "If there is such an account, we sent a code to its phone or e-mail."];
        Form = new CodeForm(lead, "/recover", l["Начать заново", "Start again"], Notice, wait, messages.IsShown);
        return Page();
    }
}
