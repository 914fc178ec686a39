using Aupd.Kernel.Http;
using Aupd.Kernel.People;
using Aupd.SignIn.Profiles;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>The portal's account as the gateway keeps it, the profile, logins and sessions.</summary>
internal sealed class AccountPart(NpgsqlDataSource source, PortalAccounts accounts, Places places) : IPersonalDataPart
{
    private const string ProfileSql = "select id, created_at, activated_at, last_role, last_service from signin.profile where account_id = @accountId";
    private const string LoginsSql = """
        select l.login as login_text, l.issued_at, l.retired_at from signin.login l join signin.profile p on p.id = l.profile_id where p.account_id = @accountId order by l.issued_at
        """;
    // The live ones and those that ended a moment ago: others are not kept.
    private const string SessionsSql = "select device, place, created_at, seen_at, active_role from signin.session where account_id = @accountId order by created_at desc limit 1000";

    private sealed record Profile
    {
        public Guid Id { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? ActivatedAt { get; init; }
        public string? LastRole { get; init; }
        public string? LastService { get; init; }
    }

    private sealed record Login
    {
        public string LoginText { get; init; } = "";
        public DateTimeOffset IssuedAt { get; init; }
        public DateTimeOffset? RetiredAt { get; init; }
    }

    private sealed record Session
    {
        public string Device { get; init; } = "";
        public string Place { get; init; } = "";
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset SeenAt { get; init; }
        public string? ActiveRole { get; init; }
    }

    public int Order => 1;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        if (await accounts.ReadAsync(owner.AccountId, ct) is { } kept) WriteAccount(copy, kept.Account);
        await using var connection = await source.OpenConnectionAsync(ct);
        CommandDefinition With(string sql) => new(sql, new { accountId = owner.AccountId }, cancellationToken: ct);
        if (await connection.QuerySingleOrDefaultAsync<Profile>(With(ProfileSql)) is { } profile) WriteProfile(copy, profile);
        await copy.ListAsync("логины", "logins", await connection.QueryAsync<Login>(With(LoginsSql)), login =>
        {
            copy.Value("логин", "login", login.LoginText);
            copy.Value("выдан", "issued_at", login.IssuedAt);
            copy.Value("отозван", "retired_at", login.RetiredAt);
        }, ct);
        await copy.ListAsync("входы_сейчас", "sessions", await connection.QueryAsync<Session>(With(SessionsSql)), session =>
        {
            copy.Value("устройство", "device", session.Device);
            copy.Value("место", "place", places.Shown(session.Place, copy.Language));
            copy.Value("вход", "signed_in_at", session.CreatedAt);
            copy.Value("последний_раз", "seen_at", session.SeenAt);
            copy.Value("роль", "role", session.ActiveRole);
        }, ct);
    }

    private static void WriteAccount(PersonalDataWriter copy, PortalAccount account)
    {
        copy.BeginObject("данные_портала", "portal_account");
        copy.Value("номер_на_портале", "portal_subject", account.Subject);
        copy.Value("фамилия", "last_name", account.Name.Last);
        copy.Value("имя", "first_name", account.Name.First);
        copy.Value("отчество", "middle_name", account.Name.Middle);
        copy.Value("дата_рождения", "birth_date", account.BirthDate);
        copy.Value("снилс", "snils", account.Snils?.Formatted);
        copy.Value("снилс_подтверждён", "snils_confirmed", account.SnilsConfirmed);
        copy.Value("телефон", "phone", account.Phone?.E164);
        copy.Value("телефон_подтверждён", "phone_confirmed", account.PhoneVerified);
        copy.Value("почта", "email", account.Email?.Address);
        copy.Value("почта_подтверждена", "email_confirmed", account.EmailVerified);
        copy.Value("логин_на_портале", "portal_login", account.PortalLogin);
        copy.Value("создана_на_портале", "created_at_portal", account.CreatedAtPortal);
        copy.EndObject();
    }

    private static void WriteProfile(PersonalDataWriter copy, Profile profile)
    {
        copy.BeginObject("профиль", "profile");
        copy.Value("номер_для_сервисов", "subject", profile.Id.ToString());
        copy.Value("создан", "created_at", profile.CreatedAt);
        copy.Value("активирован", "activated_at", profile.ActivatedAt);
        copy.Value("последняя_роль", "last_role", profile.LastRole);
        copy.Value("последний_сервис", "last_service", profile.LastService);
        copy.EndObject();
    }
}
