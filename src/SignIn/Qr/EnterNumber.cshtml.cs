using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Qr;

/// <summary>Where a person without a camera types the number of a screen.</summary>
internal sealed class EnterNumberModel(ScreenQuestions questions, ScreenCodes codes, ScreenCookie cookie, Language l) : PageModel
{
    internal const string Path = "/qr";

    [BindProperty] public string? Number { get; set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (ScreenNumber.TryParse(Number) is not { } number)
            return Again(l["В числе восемь цифр, например 1234 5678. Проверьте, все ли вы ввели.", "A number has eight digits, like 1234 5678. Check that you have typed them all."]);
        if (!await questions.MayTryAsync(HttpContext, ct))
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Again(l["Слишком много попыток. Подождите 15 минут и попробуйте ещё раз.", "Too many attempts. Wait 15 minutes and try again."]);
        }
        if (await codes.OfNumberAsync(number, ct) is not { } code)
            return Again(l["Такого числа нет, или на экране уже другое. Посмотрите на экран и введите то, что на нём сейчас.", "There is no such number, or the screen shows another by now. Look at the screen and type what it shows."]);
        cookie.SetTyped(HttpContext, code.Link);
        return Redirect($"{Path}/{code.Link.Text}");
    }

    private PageResult Again(string error)
    {
        ModelState.AddModelError(nameof(Number), error);
        return Page();
    }
}
