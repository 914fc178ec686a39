using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>Writes all that the modules keep about a person, part by part as it is read; written down in the trail first.</summary>
internal sealed class WriteCopy(IEnumerable<IPersonalDataPart> parts, AuditTrail audit, RegionSettings region, TimeProvider clock)
{
    internal const string Act = "signin.data-copied";

    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    internal async Task RunAsync(Visitor visitor, Stream to, Language language, CancellationToken ct)
    {
        await audit.WriteAsync(new AuditLine(Act, visitor.AccountId.ToString(), null, visitor.Trace), ct);
        var owner = new DataOwner(visitor.AccountId, visitor.Subject, visitor.ProfileId?.ToString());
        await using var json = new Utf8JsonWriter(to, Readable);
        var copy = new PersonalDataWriter(json, language, region.Zone());
        json.WriteStartObject();
        copy.Value("составлено", "made_at", clock.GetUtcNow());
        copy.Value("кем", "made_by", language[region.SchoolName, region.SchoolNameEnglish]);
        foreach (var part in parts.OrderBy(p => p.Order)) await part.WriteAsync(owner, copy, ct);
        json.WriteEndObject();
    }
}
