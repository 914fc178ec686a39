using Aupd.Kernel.People;
using Aupd.Registries.Doors;

namespace Aupd.Registries.OwnRecords;

/// <summary>The registries' part of the copy of a person's data: what the last comparison made of the account. Of records that are not the
/// person's nothing is told, not even that they exist.</summary>
internal sealed class VerdictsPart(IVerdicts verdicts) : IPersonalDataPart
{
    public int Order => 4;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        await copy.ListAsync("сверка_со_школами", "matching", (await verdicts.OfAsync(owner.PortalSubject, ct)).Where(v => v.Matches), verdict =>
        {
            copy.Value("роль", "role", verdict.Role);
            copy.Value("запись", "record", verdict.RecordId);
            copy.Value("школа_нси", "school_nsi_id", verdict.OrgNsiId);
            copy.Value("что_совпало", "evidence", verdict.Evidence);
        }, ct);
    }
}
