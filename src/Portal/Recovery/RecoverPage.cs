using Aupd.Portal.Flows;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Portal.Recovery;

/// <summary>What the pages after the first share: the recovery that this browser has begun. A code or an address from elsewhere finishes nothing
/// here, since all is bound to this browser's secret.</summary>
internal abstract class RecoverPage(FlowStore flows) : PageModel
{
    protected Flow<RecoveryState>? Flow { get; private set; }
    protected RecoveryState State => Flow!.State;
    /// <summary>Which page of the recovery this is.</summary>
    protected abstract string Address { get; }

    /// <summary>Null when this page may be shown; else the way to the right one.</summary>
    protected async Task<IActionResult?> EnterAsync(CancellationToken ct)
    {
        Flow = await flows.FindAsync<RecoveryState>(HttpContext, RecoveryState.Kind, ct);
        if (Flow is null) return Redirect("/recover?again=true");
        if (Flow.IsFinished) return Redirect("/recover/done");
        var due = !State.Proved ? "/recover/code" : State.NeedsSecondStep && !State.SecondStepTaken ? "/recover/second-step" : "/recover/password";
        return due == Address ? null : Redirect(due);
    }
}
