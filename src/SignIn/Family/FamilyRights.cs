using Aupd.Kernel.Throttling;
using Aupd.Registries.Doors;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Family;

/// <summary>Whose child somebody's is, at this moment: asked by every page and anew by every act, since the page may be older than the right.</summary>
internal sealed class FamilyRights(IFamilies families, Throttle throttle, SignInSettings settings)
{
    internal Task<IReadOnlyList<ChildRecord>> ChildrenOfAsync(Visitor guardian, CancellationToken ct) => families.ChildrenOfAsync(guardian.Subject, ct);

    /// <summary>Null for whatever is no child of this guardian's now; a child of others is not told apart from one that is not there.</summary>
    internal async Task<ChildRecord?> ChildAsync(Visitor guardian, string? pupilRecordId, CancellationToken ct) =>
        (await RecordsOfChildAsync(guardian, pupilRecordId, ct)).FirstOrDefault();

    /// <summary>What this guardian has of the child whose record it is: that record first, where he is in its card, then the other schools'. Empty for
    /// whatever is no child of his now.</summary>
    internal async Task<IReadOnlyList<ChildRecord>> RecordsOfChildAsync(Visitor guardian, string? pupilRecordId, CancellationToken ct) =>
        string.IsNullOrEmpty(pupilRecordId) ? []
            : [.. (await ChildrenOfAsync(guardian, ct)).Where(c => c.Records.Contains(pupilRecordId)).OrderByDescending(c => c.PupilRecordId == pupilRecordId)];

    /// <summary>Counts an act of this guardian's; false when there were too many in this hour.</summary>
    internal async Task<bool> MayActAsync(Visitor guardian, CancellationToken ct) => (await throttle.HitAsync(
        new ThrottleRule("signin.family", settings.Family.ActsPerHour, TimeSpan.FromHours(1)), guardian.AccountId.ToString(), ct)).Allowed;

    /// <summary>A child of fourteen sets its own password, unless its account has nothing but what the family gave it: then there is no other way back.</summary>
    internal static bool MayReset(ChildRecord child) => child.AccountId is not null && (!child.IsFourteen || child.MadeFromRecord);
}
