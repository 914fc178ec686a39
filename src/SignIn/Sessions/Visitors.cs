using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Profiles;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Sessions;

internal sealed class Visitors(Sessions sessions, PortalAccounts accounts, IMatching matching) : IVisitors
{
    public async Task<VisitorDetails?> CurrentAsync(HttpContext http, CancellationToken ct)
    {
        if (await sessions.CurrentAsync(http, ct) is not { } visitor || await accounts.ReadAsync(visitor.AccountId, ct) is not { } kept) return null;
        var roles = await matching.RolesAsync(visitor.Subject, ct);
        var school = roles.Select(r => r switch
        {
            HeldRole.Staff staff => staff.School.ShortName,
            HeldRole.Pupil pupil => pupil.School.ShortName,
            HeldRole.Guardian { Children: [var child, ..] } => child.School.ShortName,
            _ => null,
        }).FirstOrDefault(s => s is not null);
        return new VisitorDetails(visitor.AccountId, visitor.Name, school, kept.Account.Snils, kept.Account.Phone, kept.Account.Email, visitor.Trace);
    }
}
