using System.Globalization;
using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;

namespace Aupd.SignIn.Doors;

/// <summary>Explains one sign-in to support: its steps in order, and for each comparison which records were looked at and what agreed.
/// Ids and words only, no personal data.</summary>
public sealed class TraceReport(AuditTrail audit, RegionSettings region)
{
    /// <summary>Lines of text; empty when no journey has this number. The look itself is recorded.</summary>
    /// <param name="actor">Who looks: an administrator's id, or <c>command</c>.</param>
    public async Task<IReadOnlyList<string>> RunAsync(TraceNumber journey, bool russian, string actor, CancellationToken ct)
    {
        var lines = (await audit.ReadJourneyAsync(journey, ct)).Where(l => l.Act != "signin.trace-read").ToList();
        await audit.WriteAsync(new AuditLine("signin.trace-read", actor, journey.Digits, null, new { lines = lines.Count }), ct);
        return lines.SelectMany(l => Explain(l, russian)).ToList();
    }

    private IEnumerable<string> Explain(KeptAuditLine line, bool russian)
    {
        var at = TimeZoneInfo.ConvertTime(line.At, region.Zone()).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        yield return $"{at}  {TraceWords.Act(line.Act, russian)}{(line.Subject is null ? "" : $" ({line.Subject})")}";
        if (line.Details is null) yield break;
        using var details = JsonDocument.Parse(line.Details);
        if (line.Act == "signin.matched")
            foreach (var text in Verdicts(details.RootElement, russian)) yield return "    " + text;
        else
            foreach (var member in details.RootElement.EnumerateObject())
                yield return $"    {member.Name}: {TraceWords.Value(member.Value.ToString(), russian)}";
    }

    private static IEnumerable<string> Verdicts(JsonElement details, bool russian)
    {
        foreach (var verdict in details.GetProperty("verdicts").EnumerateArray())
        {
            var record = verdict.GetProperty("recordId").GetString();
            var matches = verdict.GetProperty("matches").GetBoolean();
            var text = matches ? (russian ? "подходит" : "matches") : TraceWords.Reason(verdict.GetProperty("reason").GetString()!, russian);
            var where = record is null ? "" : $" {(russian ? "запись" : "record")} {record}, {(russian ? "школа" : "school")} {verdict.GetProperty("orgNsiId").GetString()}:";
            yield return $"{TraceWords.Role(verdict.GetProperty("role").GetString()!, russian)}:{where} {text}";
            if (verdict.GetProperty("evidence").GetString() is { Length: > 0 } evidence) yield return "    " + evidence;
            if (verdict.GetProperty("hint").GetString() is { Length: > 0 } hint) yield return $"    {(russian ? "подсказка" : "hint")}: {hint}";
        }
        var roles = details.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ToList();
        yield return roles.Count == 0 ? (russian ? "роли: нет" : "roles: none") : $"{(russian ? "роли" : "roles")}: {string.Join(", ", roles)}";
    }
}
