using Aupd.Kernel.Audit;
using Aupd.Registries.Doors;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>The registries' records of whoever is signed in. Every look is written down before anything is shown.</summary>
internal sealed class OwnRegistryData(IOwnRecords records, AuditTrail audit)
{
    internal const string Act = "signin.registry-data-read";

    internal async Task<IReadOnlyList<OwnRecord>> ReadAsync(Visitor visitor, CancellationToken ct)
    {
        var own = await records.OfAsync(visitor.Subject, ct);
        await audit.WriteAsync(new AuditLine(Act, visitor.AccountId.ToString(), null, visitor.Trace, new { records = own.Select(r => r.RecordId) }), ct);
        return own;
    }
}
