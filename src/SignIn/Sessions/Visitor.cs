using Aupd.Kernel.Audit;
using Aupd.Kernel.People;

namespace Aupd.SignIn.Sessions;

/// <summary>Who sits at this browser: a live session with its account and, where the registries know the person, profile. Prints no name.</summary>
internal sealed record Visitor
{
    /// <summary>Hash of the cookie's id: which row this browser holds.</summary>
    public byte[] IdHash { get; init; } = [];
    public string Sid { get; init; } = "";
    public Guid AccountId { get; init; }
    /// <summary>The portal's <c>sub</c>.</summary>
    public string Subject { get; init; } = "";
    public string LastName { get; init; } = "";
    public string FirstName { get; init; } = "";
    public string? MiddleName { get; init; }
    public Guid? ProfileId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset AuthenticatedAt { get; init; }
    public string[] Methods { get; init; } = [];
    /// <summary>One of <see cref="SessionKind"/>.</summary>
    public string Kind { get; init; } = SessionKind.Usual;
    /// <summary>When the session ends at the latest.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
    /// <summary>Somebody was there last, give or take a minute.</summary>
    public DateTimeOffset SeenAt { get; init; }
    public string? ActiveRole { get; init; }
    public string[] RolesUsed { get; init; } = [];
    /// <summary>The roles held, as the registries told within the same statement; read by RoleFragments.</summary>
    public string HeldRoles { get; init; } = "[]";
    /// <summary>The children this person is trusted with; read by TrustedRoles.</summary>
    public string TrustedRoles { get; init; } = "[]";
    public string? PortalSid { get; init; }
    public string TraceDigits { get; init; } = "";
    public DateTimeOffset? ActivatedAt { get; init; }
    public DateTimeOffset? DisabledAt { get; init; }
    public string? LastRole { get; init; }
    public string? LastService { get; init; }
    /// <summary>The issued login; null before activation.</summary>
    public string? Login { get; init; }

    public PersonName Name => PersonName.TryCreate(LastName, FirstName, MiddleName)!;
    public TraceNumber Trace => TraceNumber.TryParse(TraceDigits)!;

    public override string ToString() => $"session {Sid}";
}
