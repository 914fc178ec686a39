using Aupd.Kernel.Pages;
using Aupd.Portal.Codes;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Aupd.Portal.Registration;

internal sealed class PhonePage(FlowStore flows, RegistrationCodes codes, TimeProvider clock, RegionSettings region, Language l)
    : ContactPage(flows, codes, clock, region, l)
{
    private readonly Language _l = l;

    [BindProperty] public string? Phone { get; set; }

    protected override RegistrationStep Step => RegistrationStep.Phone;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Phone = State.Phone is { } phone ? ContactPoint.FromPlain(phone).Reveal() : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (ContactPoint.ReadPhone(Phone) is not { } phone)
        {
            ModelState.AddModelError(nameof(Phone), string.IsNullOrWhiteSpace(Phone)
                ? _l["Напишите номер мобильного телефона", "Enter your mobile phone number"]
                : _l["Проверьте номер: в российском 11 цифр, номер другой страны начинается с +", "Check the number: a Russian one has 11 digits, one of another country begins with +"]);
            return Page();
        }
        return await AskAsync(nameof(Phone), phone, State with { Phone = phone.Plain, PhoneConfirmed = false },
            confirmedBefore: State.PhoneConfirmed && State.Phone == phone.Plain, ct);
    }
}

internal sealed class PhoneCodePage(
    FlowStore flows, RegistrationCodes codes, SpendCode spend, MessageSettings messages, NpgsqlDataSource source, TimeProvider clock, RegionSettings region, Language l)
    : ContactCodePage(flows, codes, spend, messages, source, clock, region, l)
{
    private readonly Language _l = l;

    protected override RegistrationStep Step => RegistrationStep.PhoneCode;
    protected override RegistrationStep ElseStep => RegistrationStep.Phone;
    protected override string ElseText => _l["Изменить номер", "Change the number"];
    protected override ContactPoint Contact => ContactPoint.FromPlain(State.Phone!);
    protected override RegistrationState Confirmed => State with { PhoneConfirmed = true };
}
