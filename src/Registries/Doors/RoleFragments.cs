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
        (select coalesce(s.start_date::text, '') || '/' || coalesce(s.end_date::text, '')
           from registries.verdict v
             left join registries.staff_record s on s.record_id = case v.role when 'staff' then v.record_id end
             left join registries.pupil_record p on p.record_id = case v.role when 'pupil' then v.record_id end
             left join registries.guardian_record g on g.record_id = case v.role when 'guardian' then v.record_id end
          where v.account_id = {account} and v.matches
            and {role} = case v.role when 'guardian' then 'guardian' else v.role || ':' || v.record_id end
            and coalesce(s.record_id, p.record_id, g.record_id) is not null
          limit 1)
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

    /// <summary>An expression of type text over a row <c>card</c> (account_id, pupil_record_id): the child, if that account is a guardian in its card;
    /// what <see cref="ReadChild"/> reads. Null otherwise.</summary>
    public const string ChildOfCard = HeldRoles.CardFragment;

    /// <summary>Null where the name in the card cannot be read.</summary>
    public static Child? ReadChild(string child) => HeldRoles.ReadChild(child);

    /// <summary>The region's day of today.</summary>
    public DateOnly Today => _day.Today;

    /// <summary>The roles held today, as <see cref="IMatching.RolesAsync"/> gives them.</summary>
    /// <param name="all">What <see cref="All"/> gave.</param>
    public IReadOnlyList<HeldRole> Read(string all) => HeldRoles.Read(all, _day.Today);

    private static DateOnly Day(ReadOnlySpan<char> iso) => DateOnly.ParseExact(iso, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
