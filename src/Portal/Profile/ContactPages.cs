using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Codes;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

/// <summary>What the pages that change a phone or an e-mail work with.</summary>
internal sealed record ContactChangeParts(
    AccountStore Accounts, FlowStore Flows, ContactChangeCodes Codes, ChangeContact Change, PasswordTries Tries, KnownDevices Devices, MessageSettings Messages,
    Language Language);

/// <summary>Asks for the new phone or e-mail, and for the password: whoever finds a browser signed in must not be able to take the account over.</summary>
internal abstract class NewContactPage(ContactChangeParts parts) : ProfilePage(parts.Accounts)
{
    [BindProperty] public string? Password { get; set; }

    protected abstract string Kind { get; }
    public abstract ContactPoint? Present { get; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? Page();

    protected async Task<IActionResult> BeginAsync(string field, ContactPoint? contact, string wrong, CancellationToken ct)
    {
        var l = parts.Language;
        if (contact is null) ModelState.AddModelError(field, wrong);
        else if (contact == Present) ModelState.AddModelError(field, l["Это то же самое, что сейчас", "This is what you have now"]);
        if (string.IsNullOrEmpty(Password)) ModelState.AddModelError(nameof(Password), l["Введите пароль от портала", "Enter your portal password"]);
        if (ModelState.ErrorCount > 0 || !await PasswordHoldsAsync(ct)) return Page();
        var state = new ContactChangeState(Account.Id, Session.Id, contact!.Plain, Proved: false);
        var flow = await parts.Flows.StartAsync(HttpContext, Kind, state, ct);
        if (await parts.Codes.SendAsync(HttpContext, flow, ct) is not IssueCodeOutcome.TooMany tooMany) return this.SeeOther($"/profile/{Kind}-code");
        CodeWords.AddTo(ModelState, field, tooMany, Response, l);
        return Page();
    }

    private async Task<bool> PasswordHoldsAsync(CancellationToken ct)
    {
        switch (await parts.Tries.TryAsync(Account, Account.Id.ToString(), Password!, parts.Devices.PlaceOf(HttpContext, Account.Id), ct))
        {
            case TryOutcome.Wrong: ModelState.AddModelError(nameof(Password), parts.Language["Пароль не подошёл", "This is not your password"]); return false;
            case TryOutcome.MustWait wait: Crowd.AddWait(ModelState, Response, wait.For, parts.Language); return false;
            case TryOutcome.Busy busy: Crowd.AddTo(ModelState, Response, busy.RetryAfter, parts.Language); return false;
            default: return true;
        }
    }
}

/// <summary>Takes the code that was sent to the new phone or e-mail.</summary>
internal abstract class NewContactCodePage(ContactChangeParts parts) : ProfilePage(parts.Accounts)
{
    private Flow<ContactChangeState>? _flow;

    [BindProperty] public string? Code { get; set; }
    [BindProperty(SupportsGet = true)] public CodeNotice Notice { get; set; }
    public CodeForm Form { get; private set; } = null!;

    protected abstract string Kind { get; }
    protected abstract ProfileNotice Done { get; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await FindAsync(ct) ?? await ShowFormAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await FindAsync(ct) is { } elsewhere) return elsewhere;
        Notice = CodeNotice.None;
        switch (await parts.Change.RunAsync(Account, Kind, _flow!, Code, ct))
        {
            case ChangeContactOutcome.Changed: return Saved(Done);
            case ChangeContactOutcome.Taken:
                ModelState.AddModelError("", parts.Language["Это только что стало чужим контактом. Укажите другой", "This has just become somebody else’s contact. Give another one"]);
                break;
            case ChangeContactOutcome.CodeRefused refused:
                // The other of two presses on the button has spent it and changed the contact.
                if (refused.Why is SpendCodeOutcome.Over && await FindAsync(ct) is null && (_flow!.State.Proved || IsThere())) return Saved(Done);
                CodeWords.AddTo(ModelState, nameof(Code), refused.Why, parts.Language);
                break;
        }
        return await ShowFormAsync(ct);
    }

    public async Task<IActionResult> OnPostResendAsync(CancellationToken ct)
    {
        if (await FindAsync(ct) is { } elsewhere) return elsewhere;
        switch (await parts.Codes.SendAsync(HttpContext, _flow!, ct))
        {
            case IssueCodeOutcome.Sent: return Redirect($"/profile/{Kind}-code?notice=sent");
            case IssueCodeOutcome.TooSoon: return Redirect($"/profile/{Kind}-code?notice=wait");
            case IssueCodeOutcome.TooMany tooMany:
                CodeWords.AddTo(ModelState, nameof(Code), tooMany, Response, parts.Language);
                return await ShowFormAsync(ct);
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<IActionResult?> FindAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        _flow = await parts.Flows.FindAsync<ContactChangeState>(HttpContext, Kind, ct);
        return _flow?.State is { } state && state.AccountId == Account.Id && state.SessionId == Session.Id ? null : Redirect($"/profile/{Kind}");
    }

    private bool IsThere() => ContactPoint.FromPlain(_flow!.State.Plain) switch
    {
        ContactPoint.ByPhone phone => phone.Number == Account.Phone,
        ContactPoint.ByEmail email => email.Address == Account.Email,
        _ => false,
    };

    private async Task<IActionResult> ShowFormAsync(CancellationToken ct)
    {
        var l = parts.Language;
        var to = ContactPoint.FromPlain(_flow!.State.Plain);
        var wait = Notice == CodeNotice.Wait ? await parts.Codes.WaitSecondsAsync(_flow!, ct) : 0;
        Form = new CodeForm(l[$"Отправили код на {to.RevealUnbroken()}.", $"We sent a code to {to.RevealUnbroken()}."], $"/profile/{Kind}",
            to is ContactPoint.ByPhone ? l["Изменить номер", "Change the number"] : l["Изменить адрес", "Change the address"], Notice, wait, parts.Messages.IsShown);
        return Page();
    }
}
