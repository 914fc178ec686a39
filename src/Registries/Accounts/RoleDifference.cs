using Aupd.Registries.Doors;

namespace Aupd.Registries.Accounts;

/// <summary>What a comparison changed in the roles of one account.</summary>
/// <param name="Taken">Records it holds now and did not before.</param>
/// <param name="Left">Records it held before and holds no longer.</param>
internal sealed record RoleDifference(string AccountId, IReadOnlyList<(string Role, string RecordId)> Taken, IReadOnlyList<(string Role, string RecordId)> Left, RolesChanged Fact)
{
    /// <summary>Null where the same records are held as before.</summary>
    public static RoleDifference? Between(string accountId, IEnumerable<Verdict> before, IEnumerable<Verdict> after)
    {
        var (old, now) = (Held(before), Held(after));
        if (old.SetEquals(now)) return null;
        var (oldRoles, nowRoles) = (old.Select(RoleId).ToHashSet(StringComparer.Ordinal), now.Select(RoleId).ToHashSet(StringComparer.Ordinal));
        return new RoleDifference(accountId, [.. now.Except(old)], [.. old.Except(now)],
            new RolesChanged(accountId, [.. nowRoles.Except(oldRoles).Order(StringComparer.Ordinal)], [.. oldRoles.Except(nowRoles).Order(StringComparer.Ordinal)]));
    }

    private static HashSet<(string Role, string RecordId)> Held(IEnumerable<Verdict> verdicts) =>
        [.. verdicts.Where(v => v.Matches && v.RecordId is not null).Select(v => (v.Role, v.RecordId!))];

    // A guardian has one role for all children, so another child changes what is held and not which roles.
    private static string RoleId((string Role, string RecordId) held) => held.Role == "guardian" ? "guardian" : $"{held.Role}:{held.RecordId}";
}
