using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Desk.Support;

internal sealed class SentModel : PageModel
{
    [BindProperty(SupportsGet = true, Name = "number")] public long Number { get; set; }

    public IActionResult OnGet() => ModelState.IsValid && Number > 0 ? Page() : Redirect("/write-to-us");
}
