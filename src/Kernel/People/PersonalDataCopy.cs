using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;

namespace Aupd.Kernel.People;

/// <summary>Writes all that the modules of a site keep about a person, part by part as it is read. Scoped.</summary>
public sealed class PersonalDataCopy(IEnumerable<IPersonalDataPart> parts, AuditTrail audit, RegionSettings region, TimeProvider clock, Language language)
{
    /// <summary>Of the file; UTF-8, as all JSON.</summary>
    public const string ContentType = "application/json; charset=utf-8";

    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>For Content-Disposition: the day stands in the name.</summary>
    public string Disposition =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"attachment; filename=\"my-data-{TimeZoneInfo.ConvertTime(clock.GetUtcNow(), region.Zone()):yyyy-MM-dd}.json\"");

    /// <param name="line">Written into the trail before anything is read.</param>
    /// <param name="site">Whose copy it is, as people say it.</param>
    public async Task WriteAsync(AuditLine line, DataOwner owner, string site, Stream to, CancellationToken ct)
    {
        await audit.WriteAsync(line, ct);
        await using var json = new Utf8JsonWriter(to, Readable);
        var copy = new PersonalDataWriter(json, language, region.Zone());
        json.WriteStartObject();
        copy.Value("составлено", "made_at", clock.GetUtcNow());
        copy.Value("кем", "made_by", site);
        foreach (var part in parts.OrderBy(p => p.Order)) await part.WriteAsync(owner, copy, ct);
        json.WriteEndObject();
    }
}
