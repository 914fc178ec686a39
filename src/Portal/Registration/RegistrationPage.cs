using Aupd.Kernel.Pages;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Portal.Registration;

/// <summary>What the pages of a registration share: the flow of this browser, and the way to the page that is due. Whatever was posted
/// twice, out of order or too late ends there too, so that neither the back button nor a reload breaks anything.</summary>
internal abstract class RegistrationPage(FlowStore flows, TimeProvider clock, RegionSettings region) : PageModel
{
    protected abstract RegistrationStep Step { get; }
    protected Flow<RegistrationState>? Flow { get; private set; }
    protected RegistrationState State => Flow!.State;
    protected DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), region.Zone()).DateTime);

    public int StepNumber => Step switch
    {
        RegistrationStep.Name => 1,
        RegistrationStep.Phone or RegistrationStep.PhoneCode => 2,
        RegistrationStep.Email or RegistrationStep.EmailCode => 3,
        RegistrationStep.Snils => 4,
        _ => StepCount,
    };

    public int StepCount => Flow is not null && State.IsChild(Today) ? 4 : 5;

    /// <summary>Null when this page may be shown; else the way to the right one.</summary>
    protected async Task<IActionResult?> EnterAsync(CancellationToken ct)
    {
        Flow = await flows.FindAsync<RegistrationState>(HttpContext, RegistrationState.Kind, ct);
        if (Flow is null) return Redirect("/register?again=true");
        if (Flow.IsFinished) return Redirect("/profile");
        return RegistrationSteps.IsOpen(Step, State, Today) ? null : GoOn();
    }

    /// <summary>Reads the flow where there may be none.</summary>
    protected async Task PeekAsync(CancellationToken ct)
    {
        Flow = await flows.FindAsync<RegistrationState>(HttpContext, RegistrationState.Kind, ct);
        if (Flow is { IsFinished: true }) Flow = null;
    }

    protected IActionResult GoOn() => Redirect(RegistrationSteps.PathOf(RegistrationSteps.FirstOpen(State, Today)));

    /// <summary>Keeps the answer and goes on; where another request of this browser was quicker, its answer stands.</summary>
    protected async Task<IActionResult> KeepAsync(RegistrationState state, CancellationToken ct)
    {
        if (await flows.SaveAsync(RegistrationState.Kind, Flow!, state, ct)) Flow = Flow! with { State = state };
        else if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        return GoOn();
    }

    protected void Show(IEnumerable<FieldError> errors)
    {
        foreach (var error in errors) ModelState.AddModelError(error.Field, error.Text);
    }
}
