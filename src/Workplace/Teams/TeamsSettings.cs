using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Aupd.Workplace.Teams;

/// <summary>A SCIM 2.0 server (RFC 7644) that is told of people and classes: a bridge to Microsoft Entra and Teams, or any other. Section
/// <c>Workplace:Teams</c>. Prints no secret.</summary>
/// <remarks>Names of groups know <c>{nsi}</c>, <c>{ekis}</c>, <c>{school}</c>, <c>{district}</c> and <c>{class}</c>; an empty one: there is no such group.</remarks>
public sealed record TeamsSettings : IValidatableObject
{
    public const string Section = "Workplace:Teams";

    /// <summary>Address of the SCIM server, below which stand Users and Groups; https, but for this very machine. Empty: Teams is told nothing.</summary>
    public string Url { get; init; } = "";
    /// <summary>Bearer token for the server, where it has given one that stays. A secret.</summary>
    public string Token { get; init; } = "";
    /// <summary>Address where a token is got by client credentials (RFC 6749 §4.4), in the place of one that stays.</summary>
    public string TokenUrl { get; init; } = "";
    /// <summary>Name under which a token is asked for.</summary>
    public string ClientId { get; init; } = "";
    /// <summary>Its secret.</summary>
    public string ClientSecret { get; init; } = "";
    /// <summary>Scope that is asked for; empty: none is named.</summary>
    public string Scope { get; init; } = "";
    /// <summary>PEM file of the authorities that may have signed the SCIM server's certificate, and no other; empty: those of this machine.</summary>
    public string CaFile { get; init; } = "";
    /// <summary>The same for the server that gives tokens.</summary>
    public string TokenCaFile { get; init; } = "";
    /// <summary>Teams name of whoever has none yet; knows {login}, {district}, {nsi} and {ekis}. Empty: the user principal name of the directory,
    /// login@district.obr.domain.</summary>
    public string UserName { get; init; } = "";
    /// <summary>Name of the group of a class.</summary>
    public string ClassGroup { get; init; } = "{class} · {school}";
    /// <summary>Name of the group of all pupils of a school.</summary>
    public string PupilGroup { get; init; } = "";
    /// <summary>Name of the group of all teachers of a school.</summary>
    public string TeacherGroup { get; init; } = "";
    /// <summary>Name of the group of all staff of a school.</summary>
    public string StaffGroup { get; init; } = "";
    /// <summary>Most members that one request adds to a group or takes from it.</summary>
    [Range(1, 1000)] public int MembersPerRequest { get; init; } = 100;
    /// <summary>How long the account of a person who has left waits, inactive, before it is deleted, in days.</summary>
    [Range(1, 3650)] public int RemoveAfterDays { get; init; } = 180;
    /// <summary>How long a group in which nobody is any more waits before it is deleted, in days: a summer between two classes of one name.</summary>
    [Range(0, 3650)] public int RemoveGroupAfterDays { get; init; } = 100;
    /// <summary>Accounts written at once by one node.</summary>
    [Range(1, 16)] public int Lanes { get; init; } = 2;
    /// <summary>Longest wait for a whole answer, in seconds.</summary>
    [Range(1, 120)] public int TimeoutSeconds { get; init; } = 20;

    public bool IsConfigured => Url.Length > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsConfigured) yield break;
        if (!IsSafe(Url)) yield return new ValidationResult("Url must be an https address (http on this machine alone), without a query.");
        if (Token.Length > 0 == TokenUrl.Length > 0) yield return new ValidationResult("either Token or TokenUrl must be given.");
        if (Token.Any(c => c is <= ' ' or > '~')) yield return new ValidationResult("Token holds a space, a line break or another sign that no token has.");
        if (TokenUrl.Length > 0)
        {
            if (!IsSafe(TokenUrl)) yield return new ValidationResult("TokenUrl must be an https address (http on this machine alone), without a query.");
            if (ClientId.Length == 0 || ClientSecret.Length == 0) yield return new ValidationResult("with TokenUrl, ClientId and ClientSecret must be given.");
        }
        foreach (var (name, file) in new[] { (nameof(CaFile), CaFile), (nameof(TokenCaFile), TokenCaFile) })
            if (file.Length > 0 && !File.Exists(file)) yield return new ValidationResult($"there is no file {name} \"{file}\".");
    }

    // A token in clear on the network would be everybody's.
    private static bool IsSafe(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { UserInfo: "", Query: "", Fragment: "" }
        && (uri.Scheme == "https" || uri.Scheme == "http" && (uri.Host == "localhost" || IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));

    public override string ToString() => $"Teams at {Url}";
}
