using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Qr;

/// <summary>The question on the phone whether to let the screen in. A link leads to the same question as a typed number, and may have come from a
/// stranger: so whoever has not typed the number must tell which of three the screen shows.</summary>
internal sealed class QuestionModel(ScreenQuestions questions, ScreenCodes codes, ScreenCookie cookie, Places places, SignInSettings settings, Language l) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "link")] public string? Link { get; set; }
    [BindProperty(SupportsGet = true, Name = "asked")] public string? Asked { get; set; }
    internal PhoneStep.Ask? Asking { get; private set; }
    internal PhoneStep.MayNot? Barred { get; private set; }
    /// <summary>Null when the person has typed the number here.</summary>
    internal IReadOnlyList<ScreenNumber>? Choices { get; private set; }
    public bool IsSamePlace => Places.AreSame(Asking!.Code.Place, places.Of(HttpContext));
    public string Place => places.Shown(Asking!.Code.Place, l);
    public int PanelMinutes { get; } = settings.Qr.PanelMinutes;
    public string Self => $"{EnterNumberModel.Path}/{Asking!.Code.Link.Text}{(Asked is { Length: > 0 } ? $"?asked={Uri.EscapeDataString(Asked)}" : "")}";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await ReadAsync(ct) is { } elsewhere) return elsewhere;
        await questions.OpenAsync(Asking!, ct);
        return Page();
    }

    /// <summary>Anything but one of the buttons of this very question puts it again.</summary>
    public async Task<IActionResult> OnPostAsync(string? answer, string? number, string? who, string? role, CancellationToken ct)
    {
        if (await ReadAsync(ct) is { } elsewhere) return elsewhere;
        if (who != Asking!.Visitor.AccountId.ToString() || role != Asking.Role.Id) return Page();
        if (answer == "refuse") return Answered(await questions.RefuseAsync(Asking, "not-me", ct), "refused");
        if (answer != "allow" || ScreenNumber.TryParse(number) is not { } picked || Choices?.Contains(picked) == false) return Page();
        if (picked != Asking.Code.Number) return Answered(await questions.RefuseAsync(Asking, "wrong-number", ct), "wrong");
        return Answered(await questions.AllowAsync(Asking, ct), Asking.Code.IsPanel ? "lesson" : "done");
    }

    private async Task<IActionResult?> ReadAsync(CancellationToken ct)
    {
        switch (await questions.ReadAsync(HttpContext, Link, Asked, ct))
        {
            case PhoneStep.Ask ask:
                Asking = ask;
                Choices = cookie.WasTyped(HttpContext, ask.Code.Link) ? null : codes.Choices(ask.Code);
                return null;
            case PhoneStep.GoTo page: return Redirect(page.Url);
            case PhoneStep.MayNot barred:
                Barred = barred;
                return Ended(StatusCodes.Status403Forbidden);
            default: return Ended(StatusCodes.Status410Gone);
        }
    }

    private IActionResult Answered(bool isFirst, string was)
    {
        if (isFirst) return Redirect($"{AnsweredModel.Path}?was={was}");
        Asking = null;
        return Ended(StatusCodes.Status410Gone);
    }

    private PageResult Ended(int status)
    {
        Response.StatusCode = status;
        return Page();
    }
}
