using Aupd.Kernel.Pages;
using Aupd.Portal.Codes;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Aupd.Portal.Registration;

internal sealed class EmailPage(FlowStore flows, RegistrationCodes codes, TimeProvider clock, RegionSettings region, Language l)
    : ContactPage(flows, codes, clock, region, l)
{
    private readonly Language _l = l;

    [BindProperty] public string? Email { get; set; }

    protected override RegistrationStep Step => RegistrationStep.Email;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Email = State.Email is { } email ? ContactPoint.FromPlain(email).Reveal() : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (ContactPoint.ReadEmail(Email) is not { } email)
        {
            ModelState.AddModelError(nameof(Email), string.IsNullOrWhiteSpace(Email)
                ? _l["Напишите адрес электронной почты", "Enter your e-mail address"]
                : _l["Проверьте адрес: он выглядит так — имя@почта.рф или name@mail.ru", "Check the address: it looks like name@mail.com"]);
            return Page();
        }
        return await AskAsync(nameof(Email), email, State with { Email = email.Plain, EmailConfirmed = false },
            confirmedBefore: State.EmailConfirmed && State.Email == email.Plain, ct);
    }
}

internal sealed class EmailCodePage(
    FlowStore flows, RegistrationCodes codes, SpendCode spend, MessageSettings messages, NpgsqlDataSource source, TimeProvider clock, RegionSettings region, Language l)
    : ContactCodePage(flows, codes, spend, messages, source, clock, region, l)
{
    private readonly Language _l = l;

    protected override RegistrationStep Step => RegistrationStep.EmailCode;
    protected override RegistrationStep ElseStep => RegistrationStep.Email;
    protected override string ElseText => _l["Изменить адрес", "Change the address"];
    protected override ContactPoint Contact => ContactPoint.FromPlain(State.Email!);
    protected override RegistrationState Confirmed => State with { EmailConfirmed = true };
}
