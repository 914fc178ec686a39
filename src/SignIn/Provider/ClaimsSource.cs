using Aupd.Kernel.Data;
using Aupd.Kernel.People;
using Aupd.OpenId.Doors;
using Aupd.Registries.Doors;
using Aupd.SignIn.Family;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Provider;

/// <summary>What the school's tokens say of a person. Nothing once the profile is disabled, the session over or the role lost.</summary>
internal sealed class ClaimsSource(PortalAccounts accounts, RoleFragments roles, SessionTouches touches) : IClaimsSource
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ClaimsOfScopes { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["profile"] = ["name", "family_name", "given_name", "middle_name", "preferred_username", "birthdate"],
        ["email"] = ["email", "email_verified"],
        ["phone"] = ["phone_number", "phone_number_verified"],
        ["snils"] = ["snils", "snils_confirmed"],
        ["roles"] = ["roles", "active_role"],
        ["children"] = ["children"],
    };

    // A grant with offline_access outlives its session, though not the profile or the role.
    private const string Holder = $"""
        from signin.profile p join signin.account a on a.id = p.account_id
          left join signin.session s on s.sid = asked.session_id and s.account_id = p.account_id and {Sessions.Sessions.NotEnded}
                and s.idle_until > asked.at and s.expires_at > asked.at
        """;
    private const string Login = " left join signin.login l on l.profile_id = p.id and l.retired_at is null";
    private const string Stands = " where p.id = nullif(asked.subject, '')::uuid and p.disabled_at is null and (asked.session_id is null or s.sid is not null)";

    // A page view or a refresh moves the idle limit at most once a minute.
    private const string Stale = "coalesce(s.seen_at < asked.at - interval '1 minute', false)";
    private const string StaleMark = " stale";

    public string StandingSql { get; } =
        $"select coalesce({RoleFragments.Holds("a.subject", "asked.context")}, {TrustedRoles.Standing}) || case when {Stale} then '{StaleMark}' else '' end {Holder}{Stands}";

    public string HolderSql { get; } = $"""
        select to_json(r)::text from (
            select {PortalAccounts.Columns}, l.login, {Stale} as is_stale, {RoleFragments.All("a.subject")} as roles, {TrustedRoles.All} as trusted_roles {Holder}{Login}{Stands}) r
        """;

    private sealed record Person : PortalAccounts.Row
    {
        public string? Login { get; init; }
        public bool IsStale { get; init; }
        public string Roles { get; init; } = "";
        public string TrustedRoles { get; init; } = "[]";
    }

    public bool Admits(string standing, ClaimsAsk ask)
    {
        var isStale = standing.EndsWith(StaleMark, StringComparison.Ordinal);
        var held = isStale ? standing[..^StaleMark.Length] : standing;
        if (TrustedRoles.Read(held) is { } trusted)
        {
            if (!roles.IsHeld(trusted.Term) || !trusted.Services.Contains(ask.Client.ClientId)) return false;
        }
        else if (!roles.IsHeld(held)) return false;
        if (!MayEnter(ask)) return false;
        if (isStale && ask.SessionId is not null) touches.Note(ask.SessionId);
        return true;
    }

    public IReadOnlyDictionary<string, object>? ClaimsOf(string holder, ClaimsAsk ask)
    {
        var person = RowJson.Read<Person>(holder);
        var held = TrustedRoles.Add(roles.Read(person.Roles), person.TrustedRoles, roles.Today);
        var active = held.FirstOrDefault(r => r.Id == ask.Context);
        if (active is null || !NextStep.MayEnter(active, ask.Client.ClientId, ask.Client.Roles)) return null;
        if (person.IsStale && ask.SessionId is not null) touches.Note(ask.SessionId);
        var account = accounts.Open(person);
        var claims = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var scope in ask.Scopes) Add(claims, scope, account, person.Login, held, active);
        return claims;
    }

    // A role's id begins with its word.
    private static bool MayEnter(ClaimsAsk ask) =>
        ask.Client.Roles.Count == 0 || ask.Context is { } role && ask.Client.Roles.Contains(role.Split(':')[0]);

    private static void Add(Dictionary<string, object> claims, string scope, PortalAccount account, string? login, IReadOnlyList<HeldRole> roles, HeldRole active)
    {
        switch (scope)
        {
            case "profile": AddProfile(claims, account, login); break;
            case "email" when account.Email is not null:
                claims["email"] = account.Email.Address;
                claims["email_verified"] = account.EmailVerified;
                break;
            case "phone" when account.Phone is not null:
                claims["phone_number"] = account.Phone.E164;
                claims["phone_number_verified"] = account.PhoneVerified;
                break;
            case "snils" when account.Snils is not null:
                claims["snils"] = account.Snils.Digits;
                claims["snils_confirmed"] = account.SnilsConfirmed;
                break;
            case "roles":
                claims["roles"] = roles.Select(RoleClaims.Of).ToList();
                claims["active_role"] = RoleClaims.Of(active);
                break;
            // Who came as a trusted person is shown that child, and not the own ones.
            case "children" when active is HeldRole.Trusted trusted: claims["children"] = new[] { RoleClaims.OfChild(trusted.Child) }; break;
            case "children" when roles.OfType<HeldRole.Guardian>().FirstOrDefault() is { } guardian:
                claims["children"] = guardian.Children.Select(RoleClaims.OfChild).ToList();
                break;
        }
    }

    private static void AddProfile(Dictionary<string, object> claims, PortalAccount account, string? login)
    {
        claims["name"] = account.Name.Reveal();
        claims["family_name"] = account.Name.Last;
        claims["given_name"] = account.Name.First;
        if (account.Name.Middle is not null) claims["middle_name"] = account.Name.Middle;
        if (login is not null) claims["preferred_username"] = login;
        if (account.BirthDate is { } born) claims["birthdate"] = born.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>Roles as services read them.</summary>
internal static class RoleClaims
{
    internal sealed record School([property: System.Text.Json.Serialization.JsonPropertyName("nsi_id")] string NsiId,
        [property: System.Text.Json.Serialization.JsonPropertyName("name")] string Name);

    /// <summary>One entry; guardians have no school of their own.</summary>
    internal static Dictionary<string, object> Of(HeldRole role) => role switch
    {
        HeldRole.Staff staff => Entry(role.Id, staff.IsTeacher ? "teacher" : "staff", staff.School, null),
        HeldRole.Pupil pupil => Entry(role.Id, "pupil", pupil.School, pupil.ClassName),
        HeldRole.Trusted trusted => Until(Entry(role.Id, "trusted", null, null), trusted.Until),
        _ => Entry(role.Id, "guardian", null, null),
    };

    private static Dictionary<string, object> Until(Dictionary<string, object> entry, DateOnly last)
    {
        entry["until"] = last.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        return entry;
    }

    internal static Dictionary<string, object> OfChild(Child child)
    {
        var entry = Entry(child.PupilRecordId, null, child.School, child.ClassName);
        entry["name"] = child.Name.Reveal();
        return entry;
    }

    private static Dictionary<string, object> Entry(string id, string? role, Organisation? school, string? className)
    {
        var entry = new Dictionary<string, object>(StringComparer.Ordinal) { ["id"] = id };
        if (role is not null) entry["role"] = role;
        if (school is not null) entry["school"] = new School(school.NsiId, school.ShortName);
        if (className is not null) entry["class"] = className;
        return entry;
    }
}
