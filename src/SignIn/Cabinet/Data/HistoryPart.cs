using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.SignIn.Cabinet.Security;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>All that the audit trail has about the person, as far as the gateway wrote it; what the portal wrote is the portal's to tell.</summary>
internal sealed class HistoryPart(AuditTrail audit, HistoryWords words) : IPersonalDataPart
{
    public int Order => 9;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        var ids = new[] { owner.AccountId.ToString(), owner.PortalSubject, owner.ServiceSubject }.OfType<string>().ToList();
        var lines = audit.AllOfAsync(ids, ct).Where(l => !l.Act.StartsWith("portal.", StringComparison.Ordinal));
        await copy.ListAsync("журнал_действий", "audit_trail", lines, line =>
        {
            copy.Value("когда", "at", line.At);
            copy.Value("что", "what", words.Of(line, copy.Language, id => id, ids.Contains(line.Actor)));
            copy.Value("слово_журнала", "act", line.Act);
            // Who else it was is not the person's to know; that it was somebody else is.
            copy.Value("вы_сами", "by_yourself", ids.Contains(line.Actor));
            copy.Value("номер_обращения", "trace", line.Journey);
        }, ct);
    }
}
