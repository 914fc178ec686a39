using Aupd.Kernel.Pages;
using Aupd.Portal.Codes;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Aupd.Portal.Registration;

/// <summary>A page that asks for a phone or an e-mail and sends a code to it.</summary>
internal abstract class ContactPage(FlowStore flows, RegistrationCodes codes, TimeProvider clock, RegionSettings region, Language l)
    : RegistrationPage(flows, clock, region)
{
    protected async Task<IActionResult> AskAsync(string field, ContactPoint contact, RegistrationState answered, bool confirmedBefore, CancellationToken ct)
    {
        if (confirmedBefore) return GoOn();
        if (await codes.SendAsync(HttpContext, Flow!, contact, ct) is IssueCodeOutcome.TooMany tooMany)
        {
            CodeWords.AddTo(ModelState, field, tooMany, Response, l);
            return Page();
        }
        return await KeepAsync(answered, ct);
    }
}

/// <summary>A page that takes the code.</summary>
internal abstract class ContactCodePage(
    FlowStore flows, RegistrationCodes codes, SpendCode spend, MessageSettings messages, NpgsqlDataSource source, TimeProvider clock, RegionSettings region, Language l)
    : RegistrationPage(flows, clock, region)
{
    private readonly FlowStore _flows = flows;

    [BindProperty] public string? Code { get; set; }
    [BindProperty(SupportsGet = true)] public CodeNotice Notice { get; set; }
    public CodeForm Form { get; private set; } = null!;

    protected abstract ContactPoint Contact { get; }
    protected abstract RegistrationState Confirmed { get; }
    protected abstract string ElseText { get; }
    protected abstract RegistrationStep ElseStep { get; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? await ShowFormAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Notice = CodeNotice.None;
        var outcome = await SpendAsync(ct);
        if (outcome is SpendCodeOutcome.Right) return GoOn();
        // The other of two presses on the button has spent it: then this flow is further on already.
        if (outcome is SpendCodeOutcome.Over && await EnterAsync(ct) is { } further) return further;
        CodeWords.AddTo(ModelState, nameof(Code), outcome, l);
        return await ShowFormAsync(ct);
    }

    public async Task<IActionResult> OnPostResendAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        switch (await codes.SendAsync(HttpContext, Flow!, Contact, ct))
        {
            case IssueCodeOutcome.Sent: return Redirect(RegistrationSteps.PathOf(Step) + "?notice=sent");
            case IssueCodeOutcome.TooSoon: return Redirect(RegistrationSteps.PathOf(Step) + "?notice=wait");
            case IssueCodeOutcome.TooMany tooMany:
                CodeWords.AddTo(ModelState, nameof(Code), tooMany, Response, l);
                return await ShowFormAsync(ct);
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    // The code is spent and the contact is confirmed in one transaction: neither happens without the other.
    private async Task<SpendCodeOutcome> SpendAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var outcome = await spend.RunAsync(connection, codes.Bind(Flow!, Contact), Code, ct);
        if (outcome is SpendCodeOutcome.Right && !await _flows.SaveAsync(connection, RegistrationState.Kind, Flow!, Confirmed, ct))
            return new SpendCodeOutcome.Over(); // Rolled back: another request has changed this flow meanwhile.
        await transaction.CommitAsync(ct);
        await connection.CloseAsync();
        if (outcome is SpendCodeOutcome.Right) await EnterAsync(ct);
        return outcome;
    }

    private async Task<IActionResult> ShowFormAsync(CancellationToken ct)
    {
        var wait = Notice == CodeNotice.Wait ? await codes.WaitSecondsAsync(Flow!, Contact, ct) : 0;
        var lead = l[$"Отправили код на {Contact.RevealUnbroken()}.", $"We sent a code to {Contact.RevealUnbroken()}."];
        Form = new CodeForm(lead, RegistrationSteps.PathOf(ElseStep), ElseText, Notice, wait, messages.IsShown);
        return Page();
    }
}
