using Aupd.Kernel.People;
using Aupd.Registries.Doors;

namespace Aupd.SignIn.Badges;

/// <summary>How a pupil stands with badges.</summary>
internal enum BadgeStanding
{
    /// <summary>The gateway knows no account of this pupil: nobody has signed in yet.</summary>
    NoAccount,
    /// <summary>The account waits for its activation, which a badge cannot give.</summary>
    NotActivated,
    /// <summary>An administrator has switched the access off.</summary>
    Closed,
    None, Good, Locked, Void, Expired,
}

/// <summary>A pupil of the class with the badge as it is now. Prints ids alone.</summary>
internal sealed record PupilBadge(ClassPupil Pupil, BadgeStanding Standing, BadgeRow? Row)
{
    public string RecordId => Pupil.RecordId;
    public PersonName Name => Pupil.Name;
    /// <summary>A badge can be made.</summary>
    public bool MayHave => Standing is not (BadgeStanding.NoAccount or BadgeStanding.NotActivated or BadgeStanding.Closed);
    public bool HasLive => Standing is BadgeStanding.Good or BadgeStanding.Locked;

    internal static PupilBadge Of(ClassPupil pupil, BadgeRow? row, Organisation school, DateTimeOffset now) => new(pupil, row switch
    {
        null => BadgeStanding.NoAccount,
        { IsDisabled: true } => BadgeStanding.Closed,
        { IsActivated: false } when school.TakesPartInActivation => BadgeStanding.NotActivated,
        { BadgeId: null } => BadgeStanding.None,
        { VoidedAt: not null } => BadgeStanding.Void,
        _ when row.OrgNsiId != school.NsiId => BadgeStanding.Void,
        _ when row.ExpiresAt <= now => BadgeStanding.Expired,
        { LockedAt: not null } => BadgeStanding.Locked,
        _ => BadgeStanding.Good,
    }, row);

    public override string ToString() => $"{Pupil}, {Standing}";
}

/// <summary>An account of a pupil with its newest badge, if it has one.</summary>
internal sealed record BadgeRow
{
    public string RecordId { get; init; } = "";
    public Guid AccountId { get; init; }
    public bool IsActivated { get; init; }
    public bool IsDisabled { get; init; }
    public string? Login { get; init; }
    public Guid? BadgeId { get; init; }
    public string? OrgNsiId { get; init; }
    public DateTimeOffset? IssuedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? LockedAt { get; init; }
    public DateTimeOffset? UsedAt { get; init; }
    public DateTimeOffset? VoidedAt { get; init; }
    /// <summary>Until when a code stands in for it; null: there is none.</summary>
    public DateTimeOffset? CodeUntil { get; init; }
}

/// <summary>A badge as it is printed, once. Prints an id.</summary>
internal sealed record PrintedBadge(Guid Id, PupilBadge Pupil, BadgeSecret Secret, BadgeNumber Number, PicturePin Pin)
{
    public override string ToString() => $"badge {Id}";
}
