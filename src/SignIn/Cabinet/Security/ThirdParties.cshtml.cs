using Aupd.Kernel.Pages;
using Aupd.OpenId.Doors;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Security;

/// <summary>What the person has allowed services of others, and taking it back.</summary>
internal sealed class ThirdPartiesModel(CabinetParts parts, IConsents consents, RegionSettings region) : CabinetPage(parts)
{
    internal const string Path = CabinetTabs.Security + "/third-parties";

    internal IReadOnlyList<Consent> Consents { get; private set; } = [];
    [BindProperty(SupportsGet = true, Name = "ended")] public bool HasEnded { get; set; }
    public TimeZoneInfo Zone { get; } = region.Zone();
    private string Subject => Visitor.ProfileId!.Value.ToString();

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Consents = await consents.OfAsync(Subject, ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? client, CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        var ended = client is { Length: > 0 and <= 100 } && !client.Contains('\0', StringComparison.Ordinal) && await consents.RevokeAsync(Subject, client, ct);
        return Redirect(Path + (ended ? "?ended=true" : ""));
    }
}
