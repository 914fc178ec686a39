using System.Net;
using Aupd.Workplace.Delivery;

namespace Aupd.Workplace.Teams;

/// <summary>The SCIM server refused one request (RFC 7644 §3.12).</summary>
/// <param name="scimType">Its word for why; empty where it has given none.</param>
/// <param name="detail">Its sentence, which may name people: for the list of what was given up, not for logs.</param>
internal sealed class ScimRefusalException(HttpStatusCode status, string scimType, string detail, string request)
    : TargetRefusalException($"{request}: {(int)status}{(scimType.Length > 0 ? " " + scimType : "")}")
{
    public HttpStatusCode Status => status;
    public string ScimType => scimType;
    public override string Told => detail.Length > 0 ? $"{Message}. {detail}" : Message;
}

/// <summary>A person must decide about a user of the SCIM server.</summary>
internal sealed class ScimConflictException(string reason, ScimResource user, string? login)
    : TargetConflictException(new AccountConflict(reason, user.Id, user.Text("userName"), login));
