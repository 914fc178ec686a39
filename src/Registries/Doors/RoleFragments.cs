using System.Globalization;
using Aupd.Registries.Accounts;

namespace Aupd.Registries.Doors;

/// <summary>Roles for a statement of another module: fragments of SQL that it puts into its own, so that the question costs no round trip,
/// and the reading of what they gave. Whoever uses them names no table of the registries.</summary>
public sealed class RoleFragments
{
    private readonly RegionDay _day;

    internal RoleFragments(RegionDay day) => _day = day;

    /// <summary>An expression of type text: not null if the last comparison gave the account this role; what <see cref="IsHeld"/>
    /// reads.</summary>
    /// <param name="account">Expression for the account id.</param>
    /// <param name="role">Expression for a <see cref="HeldRole.Id"/>; anything else is not held.</param>
    public static string Holds(string account, string role) => $"""
        case when {role} like 'staff:%' then (
                  select s.start_date || '/' || coalesce(s.end_date::text, '') from registries.verdict v
                    join registries.staff_record s on s.record_id = v.record_id join registries.organisation o on o.nsi_id = s.org_nsi_id
                   where v.role = 'staff' and v.matches and v.record_id = substr({role}, 7) and v.account_id = {account})
             when {role} like 'pupil:%' then (
                  select '/' from registries.verdict v
                    join registries.pupil_record p on p.record_id = v.record_id join registries.organisation o on o.nsi_id = p.org_nsi_id
                   where v.role = 'pupil' and v.matches and v.record_id = substr({role}, 7) and v.account_id = {account})
             when {role} = 'guardian' then (
                  select '/' from registries.verdict v
                    join registries.guardian_record g on g.record_id = v.record_id
                    join registries.pupil_record p on p.record_id = g.pupil_record_id
                    join registries.organisation o on o.nsi_id = p.org_nsi_id
                   where v.account_id = {account} and v.matches and v.role = 'guardian' limit 1)
        end
        """;

    /// <summary>Whether the role counts on the region's day of today: work may begin later or have ended.</summary>
    /// <param name="held">What <see cref="Holds"/> gave: first and last day.</param>
    public bool IsHeld(ReadOnlySpan<char> held)
    {
        var slash = held.IndexOf('/');
        var first = held[..slash];
        var last = held[(slash + 1)..];
        var today = _day.Today;
        return (first.IsEmpty || Day(first) <= today) && (last.IsEmpty || Day(last) >= today);
    }

    /// <summary>An expression of type text: every role the last comparison gave the account; what <see cref="Read"/> reads.</summary>
    /// <param name="account">Expression for the account id.</param>
    public static string All(string account) => $"(select ({HeldRoles.Fragment}) from (select {account}::text as account_id) holder)";

    /// <summary>The same over a row <c>holder</c> with the column <c>account_id</c> (text): for a statement that is a constant.</summary>
    public const string AllOfHolder = HeldRoles.Fragment;

    /// <summary>The roles held today, as <see cref="IMatching.RolesAsync"/> gives them.</summary>
    /// <param name="all">What <see cref="All"/> gave.</param>
    public IReadOnlyList<HeldRole> Read(string all) => HeldRoles.Read(all, _day.Today);

    private static DateOnly Day(ReadOnlySpan<char> iso) => DateOnly.ParseExact(iso, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
