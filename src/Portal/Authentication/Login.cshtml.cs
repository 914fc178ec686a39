using System.Globalization;
using Aupd.Kernel.Pages;
using Aupd.Portal.Entries;
using Aupd.Portal.SecondFactor;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Portal.Authentication;

/// <summary>The sign-in page: one field for whatever a person calls himself, and the password.</summary>
internal sealed class LoginModel(SignInByPassword signIn, SignInByPasskey byPasskey, PasskeyAsk passkeys, PortalSessions sessions, ForeignDevice foreign,
    SessionSettings settings, Language language) : PageModel
{
    [BindProperty] public string? Login { get; set; }
    [BindProperty] public string? Password { get; set; }
    /// <summary>Local URL to go to afterwards.</summary>
    [BindProperty(SupportsGet = true, Name = "return")] public string? Return { get; set; }
    /// <summary>The person is signed in and is to prove once more who he is.</summary>
    [BindProperty(SupportsGet = true, Name = "again")] public bool Again { get; set; }

    /// <summary>The second step took too long, or there was no first one.</summary>
    [BindProperty(SupportsGet = true, Name = "late")] public bool Late { get; set; }

    /// <summary>Whether this is somebody else's device, where the person has just said so or that it is not.</summary>
    [BindProperty(SupportsGet = true, Name = "foreign")] public bool? Foreign { get; set; }
    public bool IsForeign => foreign.IsSaid(HttpContext);
    public int ForeignMinutes => settings.ForeignMinutes;
    /// <summary>This page, with the other answer.</summary>
    public string OtherDeviceUrl
    {
        get
        {
            var query = new QueryBuilder { { "foreign", IsForeign ? "false" : "true" } };
            if (CheckedReturn is { } url) query.Add("return", url);
            if (Again) query.Add("again", "true");
            return "/login" + query.ToQueryString();
        }
    }

    /// <summary>Too many people are signing in at this moment.</summary>
    public bool IsBusy { get; private set; }
    /// <summary>One has just been refused: the browser is not to bring the same one by itself again.</summary>
    public bool PasskeyFailed { get; private set; }
    public string? CheckedReturn => LocalUrl.Check(Return);
    public string ReturnQuery => LocalUrl.Check(Return) is { } url ? new QueryBuilder { { "return", url } }.ToString() : "";

    /// <summary>What the browser asks a passkey with.</summary>
    public PasskeyQuestion Passkey { get; private set; } = null!;

    private string Onward => LocalUrl.Check(Return) ?? "/profile";

    public async Task<IActionResult> OnGetAsync([FromQuery(Name = "hint")] string? hint, CancellationToken ct)
    {
        if (!Again && await sessions.CurrentAsync(HttpContext, ct) is not null) return Redirect(Onward);
        if (Foreign is { } said) foreign.Say(HttpContext, said);
        Login = hint is { Length: <= TypedIdentifier.MaxLength } ? hint : null;
        return Page();
    }

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var executed = await next();
        if (executed.Result is PageResult) Passkey = await passkeys.AskAsync(HttpContext, PasskeyAsk.ToSignIn, account: null);
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? answer, string? state, CancellationToken ct)
    {
        ModelState.Clear();
        PasskeyFailed = true;
        switch (await byPasskey.RunAsync(HttpContext, state, answer, ct))
        {
            case PasskeySignInOutcome.SignedIn: return this.SeeOther(Onward);
            case PasskeySignInOutcome.Disabled: return Say(nameof(Login), DisabledWords);
            case PasskeySignInOutcome.Refused refused: return Say("", PasskeyWords.Of(refused.Why, language));
            case PasskeySignInOutcome.MustWait wait: return Wait(wait.For);
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        ModelState.Clear();
        var typed = TypedIdentifier.Read(Login);
        if (string.IsNullOrWhiteSpace(Login))
            ModelState.AddModelError(nameof(Login),
                language["Введите телефон, почту, СНИЛС или логин", "Enter your phone, e-mail, SNILS or login"]);
        else if (typed is null)
            ModelState.AddModelError(nameof(Login),
                language["Такого телефона, почты, СНИЛС или логина не бывает. Введите заново",
                    "No phone, e-mail, SNILS or login looks like this. Enter it again"]);
        if (string.IsNullOrEmpty(Password)) ModelState.AddModelError(nameof(Password), language["Введите пароль", "Enter your password"]);
        if (!ModelState.IsValid) return Page();
        switch (await signIn.RunAsync(HttpContext, typed!, Password!, Onward, ct))
        {
            case SignInOutcome.SignedIn:
                // RFC 9700 §4.12: after credentials were posted the browser must go on by GET, whatever it thinks of 302.
                return this.SeeOther(Onward);
            case SignInOutcome.SecondStepFirst: return this.SeeOther("/login/second-step");
            case SignInOutcome.Wrong: return Say(nameof(Password), WrongWords(typed!));
            case SignInOutcome.Disabled: return Say(nameof(Login), DisabledWords);
            case SignInOutcome.MustWait wait: return Wait(wait.For);
            case SignInOutcome.Busy busy:
                IsBusy = true;
                return Later(StatusCodes.Status503ServiceUnavailable, busy.RetryAfter);
            default: throw new InvalidOperationException();
        }
    }

    private string DisabledWords => language["Эта учётная запись отключена. Обратитесь в поддержку: её номер внизу страницы",
        "This account is switched off. Contact support: the phone is at the bottom of the page"];

    // What is said depends on what was typed, never on what was found.
    private string WrongWords(TypedIdentifier typed) => typed.Snils is null
        ? language["Логин или пароль не подошли. Проверьте язык клавиатуры и Caps Lock",
            "The login or the password is not right. Check the keyboard language and Caps Lock"]
        : language["СНИЛС или пароль не подошли. По СНИЛС можно войти, когда он подтверждён; иначе — по телефону, почте или логину",
            "The SNILS or the password is not right. SNILS works once it is confirmed; until then use the phone, e-mail or login"];

    private PageResult Wait(TimeSpan time)
    {
        var (russian, english) = time > TimeSpan.FromSeconds(90)
            ? ($"{Math.Ceiling(time.TotalMinutes):0} мин", $"{Math.Ceiling(time.TotalMinutes):0} min")
            : ($"{Math.Ceiling(time.TotalSeconds):0} с", $"{Math.Ceiling(time.TotalSeconds):0} s");
        ModelState.AddModelError(nameof(Password), language[
            $"Слишком много попыток. Подождите {russian} или восстановите пароль",
                $"Too many tries. Wait {english} or recover the password"]);
        return Later(StatusCodes.Status429TooManyRequests, time);
    }

    private PageResult Say(string field, string words)
    {
        ModelState.AddModelError(field, words);
        return Page();
    }

    private PageResult Later(int status, TimeSpan after)
    {
        Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var page = Page();
        page.StatusCode = status;
        return page;
    }
}
