using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Qr;

/// <summary>What came of the answer; says nothing that the address does not.</summary>
internal sealed class AnsweredModel : PageModel
{
    internal const string Path = "/qr/answered";

    [BindProperty(SupportsGet = true, Name = "was")] public string? Was { get; set; }
}
