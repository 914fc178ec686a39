using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Doors;

/// <summary>Who sits at this browser, for pages of other modules that help a person along.</summary>
public interface IVisitors
{
    /// <summary>Null when nobody is signed in.</summary>
    Task<VisitorDetails?> CurrentAsync(HttpContext http, CancellationToken ct);
}

/// <summary>The person's own data, for the person's own eyes. Prints an id.</summary>
/// <param name="AccountId">The gateway's id of the portal account.</param>
/// <param name="Trace">Number of the sign-in.</param>
public sealed record VisitorDetails(Guid AccountId, PersonName Name, string? School, Snils? Snils, Phone? Phone, Email? Email, TraceNumber Trace)
{
    public override string ToString() => $"visitor {AccountId}";
}
