using Aupd.Kernel.Pages;
using Aupd.OpenId.Doors;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Cabinet;

/// <summary>What the person has allowed services of others, and taking it back.</summary>
internal sealed class ThirdPartiesModel(Sessions.Sessions sessions, IConsents consents, RegionSettings region) : PageModel
{
    internal IReadOnlyList<Consent> Consents { get; private set; } = [];
    [BindProperty(SupportsGet = true, Name = "ended")] public bool HasEnded { get; set; }
    public TimeZoneInfo Zone { get; } = region.Zone();

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await SubjectAsync(ct) is not { } subject) return Redirect(Continue.Path);
        Consents = await consents.OfAsync(subject, ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? client, CancellationToken ct)
    {
        if (await SubjectAsync(ct) is not { } subject) return Redirect(Continue.Path);
        var ended = client is { Length: > 0 and <= 100 } && !client.Contains('\0', StringComparison.Ordinal) && await consents.RevokeAsync(subject, client, ct);
        return Redirect("/account/third-parties" + (ended ? "?ended=true" : ""));
    }

    // A person without a profile is known to no service.
    private async Task<string?> SubjectAsync(CancellationToken ct) => (await sessions.CurrentAsync(HttpContext, ct))?.ProfileId?.ToString();
}
