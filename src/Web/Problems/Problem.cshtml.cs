using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Web.Problems;

/// <summary>What a person sees where the server has no better words: a wrong address, a form that cannot be read, a fault of ours.</summary>
[IgnoreAntiforgeryToken]
[ResponseCache(NoStore = true)]
internal sealed class ProblemModel : PageModel
{
    public int Status { get; private set; }

    /// <summary>Finds the fault in the log; only for faults of ours.</summary>
    public string? Number => Status >= 500 ? HttpContext.TraceIdentifier : null;

    public IActionResult OnGet() => Show();

    public IActionResult OnPost() => Show();

    public string Title(Language l) => Status switch
    {
        404 => l["Такой страницы нет", "There is no such page"],
        400 or 413 or 415 => l["Не получилось прочитать то, что отправлено", "What was sent could not be read"],
        429 => l["Слишком много попыток подряд", "Too many tries in a row"],
        503 => l["Сейчас очень много посетителей", "Very many people are here right now"],
        >= 500 => l["У нас что-то сломалось", "Something is broken on our side"],
        _ => l["Так не получится", "That does not work"],
    };

    public string Advice(Language l) => Status switch
    {
        404 => l["Возможно, ссылка устарела или в адресе опечатка. Начните с главной страницы.", "The link may be old or the address mistyped. Start from the first page."],
        400 => l["Страница могла долго стоять открытой. Вернитесь назад, обновите её и попробуйте ещё раз.", "The page may have stood open for long. Go back, reload it and try again."],
        413 => l["Отправлено слишком много. Сократите текст и попробуйте ещё раз.", "Too much was sent. Shorten the text and try again."],
        429 or 503 => l["Подождите минуту и попробуйте ещё раз.", "Wait a minute and try again."],
        >= 500 => l["Мы уже знаем об этом. Попробуйте ещё раз через несколько минут.", "We know of it already. Try again in a few minutes."],
        _ => l["Начните с главной страницы.", "Start from the first page."],
    };

    // Only as the answer to a failed request: the address itself shows nothing.
    private IActionResult Show()
    {
        var failed = HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is not null || HttpContext.Features.Get<IExceptionHandlerFeature>() is not null;
        // Not by model binding: that reads the form, which may be the very thing that cannot be read.
        Status = int.Parse((string)RouteData.Values["status"]!, System.Globalization.CultureInfo.InvariantCulture);
        if (!failed || Status is < 400 or > 599) Status = 404;
        Response.StatusCode = Status;
        return Page();
    }
}
