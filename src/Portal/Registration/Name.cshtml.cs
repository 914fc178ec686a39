using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Portal.Authentication;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Registration;

/// <summary>The first page: who the person is.</summary>
internal sealed class NamePage(FlowStore flows, TimeProvider clock, RegionSettings region, Language l) : RegistrationPage(flows, clock, region)
{
    private readonly FlowStore _flows = flows;

    [BindProperty] public string? Last { get; set; }
    [BindProperty] public string? First { get; set; }
    [BindProperty] public string? Middle { get; set; }
    [BindProperty] public bool NoMiddle { get; set; }
    [BindProperty] public string? BirthDate { get; set; }
    /// <summary>Where to go when done; anything but a local path is left out.</summary>
    [BindProperty(SupportsGet = true, Name = "return")] public string? ReturnUrl { get; set; }
    /// <summary>The person was in the middle of a registration that has expired.</summary>
    [BindProperty(SupportsGet = true)] public bool Again { get; set; }

    protected override RegistrationStep Step => RegistrationStep.Name;

    public async Task OnGetAsync(CancellationToken ct)
    {
        ModelState.Clear();
        await PeekAsync(ct);
        if (Flow is null) return;
        Again = false;
        (Last, First, Middle, NoMiddle) = (State.Last, State.First, State.Middle, State.Middle is null);
        BirthDate = State.BirthDate?.ToString("dd.MM.yyyy");
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        ModelState.Remove("return");
        await PeekAsync(ct);
        var errors = new List<FieldError>();
        var name = new NameEntry(Last, First, Middle, NoMiddle).Read(l, errors);
        var (birthDate, error) = BirthDateEntry.Read(BirthDate, Today, l);
        if (error is not null) errors.Add(new FieldError(nameof(BirthDate), error));
        Show(errors);
        if (name is null || birthDate is null) return Page();
        return await KeepAnswerAsync(name, birthDate.Value, ct);
    }

    private async Task<IActionResult> KeepAnswerAsync(PersonName name, DateOnly birthDate, CancellationToken ct)
    {
        var state = (Flow?.State ?? new RegistrationState { AccountId = Guid.CreateVersion7() }) with
        {
            Last = name.Last, First = name.First, Middle = name.Middle, BirthDate = birthDate,
            ReturnUrl = LocalUrl.Check(ReturnUrl) ?? Flow?.State.ReturnUrl,
        };
        if (Flow is not null) return await KeepAsync(state, ct);
        var started = await _flows.StartAsync(HttpContext, RegistrationState.Kind, state, ct);
        return Redirect(RegistrationSteps.PathOf(RegistrationSteps.FirstOpen(started.State, Today)));
    }
}
