using Aupd.Kernel.People;
using Aupd.OpenId.Doors;
using Aupd.Registries.Doors;
using Aupd.SignIn.Profiles;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Provider;

/// <summary>What the school's tokens say of a person. Nothing once the profile is disabled, the session over or the role lost.</summary>
internal sealed class ClaimsSource(NpgsqlDataSource source, PortalAccounts accounts, IMatching matching, SignInSettings settings, TimeProvider clock) : IClaimsSource
{
    public IReadOnlyCollection<string> Scopes { get; } = ["profile", "email", "phone", "snils", "roles", "children"];

    public IReadOnlyCollection<string> Claims { get; } =
    [
        "name", "family_name", "given_name", "middle_name", "preferred_username", "birthdate", "email", "email_verified", "phone_number",
        "phone_number_verified", "snils", "snils_confirmed", "roles", "active_role", "children",
    ];

    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    // Using a service is being there: a refresh moves the idle limit like a page view does. A grant with offline_access outlives its session,
    // though not the profile or the role.
    private const string HolderSql = """
        with touched as (
            update signin.session set seen_at = @now, idle_until = @idleUntil
             where sid = @sid::text and ended_at is null and idle_until > @now and expires_at > @now and seen_at < @stale)
        select p.account_id, a.subject, l.login from signin.profile p join signin.account a on a.id = p.account_id
          left join signin.login l on l.profile_id = p.id and l.retired_at is null
         where p.id = @profileId and p.disabled_at is null and (@sid::text is null or exists (
               select 1 from signin.session s where s.account_id = p.account_id and s.sid = @sid and s.ended_at is null and s.idle_until > @now
                  and s.expires_at > @now))
        """;

    private sealed record Holder
    {
        public Guid AccountId { get; init; }
        public string Subject { get; init; } = "";
        public string? Login { get; init; }
    }

    public async Task<IReadOnlyDictionary<string, object>?> ClaimsAsync(ClaimsAsk ask, CancellationToken ct)
    {
        if (!Guid.TryParse(ask.Subject, out var profileId) || await HolderAsync(profileId, ask.SessionId, ct) is not { } holder) return null;
        var roles = await matching.RolesAsync(holder.Subject, ct);
        var active = roles.FirstOrDefault(r => r.Id == ask.Context);
        if (active is null || !NextStep.MayEnter(active, ask.Client.Roles)) return null;
        if (await accounts.ReadAsync(holder.AccountId, ct) is not { } kept) return null;
        var claims = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var scope in ask.Scopes) Add(claims, scope, kept.Account, holder.Login, roles, active);
        return claims;
    }

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

    private async Task<Holder?> HolderAsync(Guid profileId, string? sid, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<Holder>(new CommandDefinition(HolderSql,
            new { profileId, sid, now, stale = now - TouchEvery, idleUntil = now.AddMinutes(settings.SessionIdleMinutes) }, cancellationToken: ct));
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
        _ => Entry(role.Id, "guardian", null, null),
    };

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
