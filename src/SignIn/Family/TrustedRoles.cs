using Aupd.Kernel.Data;
using Aupd.Registries.Doors;

namespace Aupd.SignIn.Family;

/// <summary>The roles of trusted persons, as parts of the statements that read a person's roles: they cost no round trip, and nothing where there are none. A role is held while its
/// guardian is one in the child's card, until its last day, and until it is revoked; all three are asked at every use.</summary>
internal static class TrustedRoles
{
    private const string Given = $"""
        from signin.account a join signin.trusted_person t on t.account_id = a.id join signin.account giver on giver.id = t.named_by
          cross join lateral (select giver.subject as account_id, t.pupil_record_id) card
          cross join lateral (select ({RoleFragments.ChildOfCard}) as child) seen
         where a.id = $1::uuid and t.ended_at is null and seen.child is not null
        """;

    private const string AllSql = $"""
        select coalesce(json_agg(json_build_object('id', t.id, 'services', t.services, 'until', t.until, 'child', seen.child) order by t.id), '[]')::text {Given}
        """;

    private const string StandingSql = $"select '/' || t.until || '|' || array_to_string(t.services, ',') {Given} and 'trusted:' || t.id = $2::text";

    // Few people are trusted with a child, and these statements run at every page and token: they ask only where there is something to ask for
    // (kernel.late), and no index of those in force but not by person fits (HotPath).
    /// <summary>An expression of type text for the signin.account <c>a</c>: a JSON list that <see cref="Add"/> reads.</summary>
    internal const string All = $"""
        case when exists (select from signin.trusted_person t where t.account_id = a.id and coalesce(t.ended_at, 'infinity') = 'infinity')
             then kernel.late($late${AllSql}$late$, a.id::text, null) else '[]' end
        """;

    /// <summary>An expression of type text for <c>a</c> and <c>asked.context</c>: term and services of that very role; null: not held.</summary>
    internal const string Standing = $"case when asked.context like 'trusted:%' then kernel.late($late${StandingSql}$late$, a.id::text, asked.context) end";

    private sealed record Row
    {
        public Guid Id { get; init; }
        public string[] Services { get; init; } = [];
        public DateOnly Until { get; init; }
        public string Child { get; init; } = "";
    }

    /// <summary>The registries' roles, and after them those that people have given and that count today.</summary>
    internal static IReadOnlyList<HeldRole> Add(IReadOnlyList<HeldRole> roles, string trusted, DateOnly today)
    {
        if (trusted == "[]") return roles;
        var given = RowJson.Read<List<Row>>(trusted).Where(r => r.Until >= today)
            .Select(r => RoleFragments.ReadChild(r.Child) is { } child ? new HeldRole.Trusted(r.Id, child, r.Services, r.Until) : null).OfType<HeldRole>();
        return [.. roles, .. given];
    }

    /// <summary>Null for the standing of a registry's role.</summary>
    internal static (string Term, IReadOnlyList<string> Services)? Read(string standing) =>
        standing.Contains('|', StringComparison.Ordinal) && standing.Split('|') is [var term, var services] ? (term, services.Split(',')) : null;
}
