using System.Globalization;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.OpenId.Doors;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Security;

/// <summary>My sign-ins and what I did with them, as the audit trail has it, in plain words.</summary>
internal sealed class HistoryModel(CabinetParts parts, AuditTrail audit, HistoryWords words, IClients clients, RegionSettings region, Language language)
    : CabinetPage(parts)
{
    internal const int PageSize = 50;

    internal sealed record Line(DateTimeOffset At, string Text);

    internal IReadOnlyList<Line> Lines { get; private set; } = [];
    internal string? OlderUrl { get; private set; }
    internal bool IsFirst { get; private set; }
    public TimeZoneInfo Zone { get; } = region.Zone();

    public async Task<IActionResult> OnGetAsync(string? before, CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        var from = Read(before);
        IsFirst = from is null;
        var ids = new[] { Visitor.AccountId.ToString(), Visitor.ProfileId?.ToString() }.OfType<string>().ToList();
        var kept = await audit.ReadOfAsync(ids, HistoryWords.Acts, from, PageSize + 1, ct);
        var names = (await clients.AllAsync(ct)).ToDictionary(c => c.ClientId, c => language[c.Name, c.NameEnglish ?? c.Name], StringComparer.Ordinal);
        Lines = [.. kept.Take(PageSize).Where(k => !HistoryWords.IsCopy(k)).Select(k => new Line(k.At, words.Of(k, language, id => names.GetValueOrDefault(id, id), ids.Contains(k.Actor))))];
        if (kept.Count > PageSize) OlderUrl = string.Create(CultureInfo.InvariantCulture, $"/cabinet/security/history?before={kept[PageSize - 1].At.UtcTicks}-{kept[PageSize - 1].Id}");
        return Page();
    }

    // Anything else begins at the newest line.
    private static AuditPlace? Read(string? before) =>
        before?.Split('-') is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var t) && t < DateTime.MaxValue.Ticks
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new AuditPlace(new DateTimeOffset(t, TimeSpan.Zero), number) : null;
}
