using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;

namespace Aupd.SignIn.Badges;

/// <summary>What happened with the badges of a class, for its teacher: the audit trail's lines about these pupils' badges and nothing else of them.</summary>
internal sealed class ClassHistory(AuditTrail audit)
{
    private const int MostLines = 100;

    internal sealed record Line(DateTimeOffset At, string Pupil, string Text);

    internal async Task<IReadOnlyList<Line>> OfAsync(IReadOnlyList<PupilBadge> pupils, Language l, CancellationToken ct)
    {
        var names = pupils.Where(p => p.Row is not null).ToDictionary(p => p.Row!.AccountId.ToString(), p => $"{p.Name.Last} {p.Name.First}", StringComparer.Ordinal);
        if (names.Count == 0) return [];
        var lines = await audit.ReadOfAsync(names.Keys, BadgeWords.OfBadge, null, MostLines, ct);
        return [.. lines.Select(k => new Line(k.At, names.GetValueOrDefault(k.Subject ?? k.Actor, ""), BadgeWords.Of(k.Act, Detail(k, "why"), Detail(k, "way"), l)!))];
    }

    private static string? Detail(KeptAuditLine line, string name)
    {
        if (line.Details is null) return null;
        using var details = JsonDocument.Parse(line.Details);
        return details.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
