using Aupd.Kernel.Audit;
using Aupd.Kernel.People;

namespace Aupd.Portal.Profile;

/// <summary>What the portal wrote into the audit trail about the person; what others wrote is theirs to tell.</summary>
internal sealed class TrailPart(AuditTrail audit) : IPersonalDataPart
{
    public int Order => 9;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        var lines = audit.AllOfAsync([owner.PortalSubject], ct).Where(l => l.Act.StartsWith("portal.", StringComparison.Ordinal));
        await copy.ListAsync("журнал_действий", "audit_trail", lines, line =>
        {
            copy.Value("когда", "at", line.At);
            copy.Value("что", "what", TrailWords.Of(line.Act, copy.Language));
            copy.Value("вы_сами", "by_yourself", line.Actor == owner.PortalSubject);
        }, ct);
    }
}
