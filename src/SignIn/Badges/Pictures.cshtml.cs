using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Badges;

/// <summary>The sixteen pictures, of which a child presses four. Without JavaScript each press is a page; what was chosen so far goes along in the
/// form and is in no address.</summary>
internal sealed class PicturesModel(EnterByBadge enter, BadgeCookie cookie, Language l) : PageModel
{
    internal const string Path = "/badge/pictures";

    [BindProperty] public string? Chosen { get; set; }
    /// <summary>The word of the picture that was pressed.</summary>
    [BindProperty] public string? Picture { get; set; }
    internal IReadOnlyList<Picture> SoFar { get; private set; } = [];
    internal string? Remark { get; private set; }

    internal string Status(int chosen) => l[$"Выбрано: {chosen} из {PicturePin.Length}", $"Chosen: {chosen} of {PicturePin.Length}"];

    public IActionResult OnGet() => cookie.Read(HttpContext) is null ? Redirect(BadgeModel.Path) : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (cookie.Read(HttpContext) is null) return Redirect(BadgeModel.Because("again"));
        var words = PicturePin.PicturesOf(Chosen).Select(p => p.Word).Append(Picture).Where(w => !string.IsNullOrEmpty(w));
        SoFar = PicturePin.PicturesOf(string.Join('-', words));
        if (PicturePin.TryParse(string.Join('-', SoFar.Select(p => p.Word))) is not { } pin) return Page();
        switch (await enter.RunAsync(HttpContext, pin, ct))
        {
            case EnterOutcome.Entered entered: return Redirect(entered.Url);
            case EnterOutcome.WrongPictures wrong:
                SoFar = [];
                Remark = wrong.Left == 1
                    ? l["Не те картинки. Осталась одна попытка — лучше спроси учителя.", "Wrong pictures. One try is left: better ask your teacher."]
                    : l["Не те картинки. Попробуй ещё раз.", "Wrong pictures. Try once more."];
                return Page();
            case EnterOutcome.Locked: return Redirect(BadgeModel.Because("locked"));
            case EnterOutcome.NoGood: return Redirect(BadgeModel.Because("no-good"));
            case EnterOutcome.FirstWithPassword: return Redirect(BadgeModel.Because("first"));
            case EnterOutcome.Closed: return Redirect(BadgeModel.Because("closed"));
            default: return Redirect(BadgeModel.Because("again"));
        }
    }
}
