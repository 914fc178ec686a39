using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>What to do without phone and codes; the same for everyone, so that it needs no step.</summary>
internal sealed class LostPage(SecondFactorSettings settings) : PageModel
{
    public int Hours => settings.ResetWaitHours;
}
