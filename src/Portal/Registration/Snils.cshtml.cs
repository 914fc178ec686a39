using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Aupd.Portal.Sessions;
using Aupd.Portal.Confirmation;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Registration;

internal sealed class SnilsPage(FlowStore flows, SnilsHolders holders, TimeProvider clock, RegionSettings region, Language l)
    : RegistrationPage(flows, clock, region)
{
    [BindProperty] public string? Snils { get; set; }

    protected override RegistrationStep Step => RegistrationStep.Snils;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Snils = Kernel.People.Snils.TryParse(State.Snils)?.Formatted;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        var (snils, error) = SnilsEntry.Read(Snils, l);
        error ??= snils is null ? l["Напишите номер или нажмите «Пропустить»", "Enter the number or press “Skip”"] : null;
        error ??= SnilsWords.For(await holders.AskAsync(snils!, account: null, AddressPrefix.Of(HttpContext), ct), l);
        if (error is null) return await KeepAsync(State with { Snils = snils!.Digits, SnilsAnswered = true }, ct);
        ModelState.AddModelError(nameof(Snils), error);
        return Page();
    }

    public async Task<IActionResult> OnPostSkipAsync(CancellationToken ct) =>
        await EnterAsync(ct) ?? await KeepAsync(State with { Snils = null, SnilsAnswered = true }, ct);
}
