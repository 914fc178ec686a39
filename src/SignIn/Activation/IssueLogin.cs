using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Family;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Activation;

/// <summary>The fact that a person got his login; key and payload name the profile.</summary>
internal sealed record LoginIssued(Guid ProfileId)
{
    internal const string Topic = "signin.login-issued";
}

/// <summary>Gives a person his one login and marks the profile activated, in one transaction. Racing calls for one person give one login,
/// and no two people get the same; a call after a crash simply goes on.</summary>
internal sealed class IssueLogin(NpgsqlDataSource source, AuditTrail audit, FactLog facts, TimeProvider clock)
{
    // Holds the others of this person back until we are done. Read apart from the lock: a waiting statement would see the login table as it
    // was before it waited.
    private const string LockSql = "select 1 from signin.profile where id = @profileId for update";

    private const string ReadSql = """
        select p.activated_at, l.login from signin.profile p left join signin.login l on l.profile_id = p.id and l.retired_at is null where p.id = @profileId
        """;

    // A login as it stands, if nobody ever had it. Waits for a racer who is taking the same one, and leaves us without a row if he gets it.
    private const string TakeSql = """
        insert into signin.login (login_key, login, profile_id, source, issued_at) values (@key, @login, @profileId, @origin, @now)
        on conflict (login_key) do nothing returning login
        """;

    // ivanov, ivanov2, ivanov3 …: the next hundred that nobody ever had; the number counts within the 20 characters.
    internal const string FreeSql = """
        select c.n, c.login
          from (select s.n, rtrim(left(@baseName, @longest - length(s.suffix)), '-') || s.suffix as login
                  from (select n, case when n = 1 then '' else n::text end as suffix
                          from (select generate_series(@after + 1, 9999999) as n) numbers) s) c
         where not exists (select 1 from signin.login l where l.login_key = c.login) limit 100
        """;

    private const string ActivateSql = "update signin.profile set activated_at = @now where id = @profileId and activated_at is null";

    private sealed record Before
    {
        public DateTimeOffset? ActivatedAt { get; init; }
        public string? Login { get; init; }
    }

    /// <param name="journalLogins">The person's logins in the journal, the preferred first; usable or not.</param>
    /// <param name="portalLogin">A login the portal account already has.</param>
    /// <param name="records">The enrolment records that the person is: a login may be reserved for one of them.</param>
    /// <param name="handOver">What else belongs to the activation: done within its transaction, and not when it was done before.</param>
    internal async Task<string> RunAsync(Visitor visitor, IReadOnlyList<string> journalLogins, string? portalLogin, CancellationToken ct,
        IReadOnlyList<string>? records = null, Func<NpgsqlConnection, Task>? handOver = null)
    {
        var profileId = visitor.ProfileId ?? throw new ArgumentException("Only a person with a profile can get a login.", nameof(visitor));
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(LockSql, new { profileId }, transaction, cancellationToken: ct));
        if (records is { Count: > 0 }) await ReserveLogin.BindAsync(connection, profileId, records, ct);
        var before = await connection.QuerySingleAsync<Before>(new CommandDefinition(ReadSql, new { profileId }, transaction, cancellationToken: ct));
        if (before is { ActivatedAt: not null, Login: { } had }) return had;
        var (login, origin) = before.Login is { } kept ? (kept, "kept") : await ReserveAsync(connection, visitor, journalLogins, portalLogin, ct);
        await connection.ExecuteAsync(new CommandDefinition(ActivateSql, new { profileId, now = clock.GetUtcNow() }, transaction, cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("signin.activated", visitor.AccountId.ToString(), profileId.ToString(), visitor.Trace,
            new { login, origin, journalLogin = journalLogins.Count == 0 ? "absent" : origin == "journal" ? "kept" : "not-usable-or-taken" }), ct);
        await facts.AddAsync(connection, new Fact(LoginIssued.Topic, profileId.ToString(), new LoginIssued(profileId)), ct);
        await facts.AddAsync(connection, PersonChanged.FactFor(visitor.Subject), ct);
        if (handOver is not null) await handOver(connection);
        await transaction.CommitAsync(ct);
        return login;
    }

    // A journal login is its owner's, even while he has not come for it: nobody else gets it from the portal or made of a surname. Two
    // owners of the same one are served in the order in which they come.
    private async Task<(string Login, string Origin)> ReserveAsync(
        NpgsqlConnection connection, Visitor visitor, IReadOnlyList<string> journalLogins, string? portalLogin, CancellationToken ct)
    {
        foreach (var login in journalLogins.Where(LoginText.IsUsable))
            if (await TakeAsync(connection, visitor, login, "journal", ct)) return (login, "journal");
        if (portalLogin is not null && LoginText.IsUsable(portalLogin)
            && (await KnownJournalLogins.AmongAsync(connection, [portalLogin], ct)).Count == 0
            && await TakeAsync(connection, visitor, portalLogin, "portal", ct)) return (portalLogin, "portal");
        return (await MakeAsync(connection, visitor, ct), "made");
    }

    private async Task<string> MakeAsync(NpgsqlConnection connection, Visitor visitor, CancellationToken ct)
    {
        var baseName = LoginText.BaseOf(visitor.LastName, visitor.FirstName);
        for (var after = 0; ;)
        {
            var free = (await connection.QueryAsync<(int N, string Login)>(new CommandDefinition(FreeSql,
                new { baseName, longest = LoginText.MaxLength, after }, cancellationToken: ct))).AsList();
            var owned = await KnownJournalLogins.AmongAsync(connection, free.ConvertAll(c => c.Login), ct);
            foreach (var (_, login) in free.Where(c => !owned.Contains(c.Login)))
                if (await TakeAsync(connection, visitor, login, "made", ct)) return login;
            after = free[^1].N;
        }
    }

    private async Task<bool> TakeAsync(NpgsqlConnection connection, Visitor visitor, string login, string origin, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition(TakeSql, new
        {
            key = LoginText.Key(login), login, origin, profileId = visitor.ProfileId, now = clock.GetUtcNow(),
        }, cancellationToken: ct)) is not null;
}

/// <summary>Which journal logins a person brings along.</summary>
internal static class JournalLogins
{
    /// <summary>Staff before pupil, teachers first; a person of two schools may have two.</summary>
    internal static IReadOnlyList<string> Of(IEnumerable<HeldRole> roles) => roles.Select(r => r switch
        {
            HeldRole.Staff staff => (Order: staff.IsTeacher ? 0 : 1, staff.RecordId, staff.JournalLogin),
            HeldRole.Pupil pupil => (Order: 2, pupil.RecordId, pupil.JournalLogin),
            _ => (Order: 3, RecordId: "", JournalLogin: null),
        })
        .Where(r => !string.IsNullOrEmpty(r.JournalLogin)).OrderBy(r => r.Order).ThenBy(r => r.RecordId, StringComparer.Ordinal)
        .Select(r => r.JournalLogin!).ToList();
}
