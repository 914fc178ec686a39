using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet;
using Aupd.SignIn.Qr;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Badges;

/// <summary>The sheet to print: badges and, to be cut off, the pictures. It is the answer to the button and to nothing else, for what stands on it is
/// kept nowhere.</summary>
internal sealed class SheetModel(CabinetParts parts, ClassBadges badges, AuditTrail audit, SiteIdentity site, RegionSettings region, SignInSettings settings,
    TimeProvider clock, Language l) : ClassPage(parts, badges, audit)
{
    internal IReadOnlyList<PrintedBadge> Printed { get; private set; } = [];
    /// <summary>Pupils of whom a badge was asked, but who cannot have one yet.</summary>
    internal int LeftOut { get; private set; }
    internal string GoodUntil
    {
        get
        {
            var until = settings.Badges.YearEnd(clock.GetUtcNow(), region.Zone()).AddSeconds(-1);
            return TimeZoneInfo.ConvertTime(until, region.Zone()).ToString("d MMMM yyyy", l.Culture);
        }
    }

    public string TypeAt => new Uri(site.PublicUrl).Authority + BadgeModel.Path;

    internal QrImage Image(PrintedBadge badge) => QrImage.Of($"{site.PublicUrl}/badge/{badge.Secret.Text}");

    // By the back button or from a bookmark: there is nothing to show.
    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterClassAsync(ct) ?? Redirect(Mine is null ? Path : At(""));

    public async Task<IActionResult> OnPostAsync(string? issue, string? whom, string? pupil, CancellationToken ct)
    {
        if (await EnterClassAsync(ct) is { } elsewhere) return elsewhere;
        if (Mine is null || !Guid.TryParse(issue, out var id)) return Redirect(Path);
        var asked = whom switch
        {
            "one" => Pupils.Where(p => p.RecordId == pupil).ToList(),
            "missing" => Pupils.Where(p => !p.HasLive).ToList(),
            "all" => Pupils,
            _ => [],
        };
        var may = asked.Where(p => p.MayHave).ToList();
        if (may.Count == 0) return Redirect(At(""));
        if (await Badges.IssueAsync(Visitor, Mine, may, id, ct) is { } printed) (Printed, LeftOut) = (printed, asked.Count - may.Count);
        return Page();
    }
}
