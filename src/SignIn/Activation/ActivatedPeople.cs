using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;
using Aupd.SignIn.PortalSignIn;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Activation;

internal sealed class ActivatedPeople(NpgsqlDataSource source, PortalClient portal, RoleFragments held, Sealer sealer) : IActivatedPeople
{
    private const string PersonSql = $"""
        select p.id as profile_id, a.subject, l.login, a.last_name, a.first_name, a.middle_name, a.snils_sealed, p.disabled_at is not null as is_disabled,
               ({RoleFragments.AllOfHolder}) as roles
          from signin.account a
          join signin.profile p on p.account_id = a.id and p.activated_at is not null
          join signin.login l on l.profile_id = p.id and l.retired_at is null
         cross join lateral (select a.subject as account_id) holder
         where a.issuer = @issuer
        """;

    private const string PeopleSql = $"{PersonSql} and a.subject = any (@subjects)";
    private const string ByLoginSql = $"{PersonSql} and l.login_key = @key";

    private const string SubjectsSql = """
        select a.subject from signin.account a join signin.profile p on p.account_id = a.id and p.activated_at is not null
         where a.issuer = @issuer and a.subject > @after order by a.subject limit @limit
        """;

    private sealed record Row
    {
        public Guid ProfileId { get; init; }
        public string Subject { get; init; } = "";
        public string Login { get; init; } = "";
        public string LastName { get; init; } = "";
        public string FirstName { get; init; } = "";
        public string? MiddleName { get; init; }
        public byte[]? SnilsSealed { get; init; }
        public bool IsDisabled { get; init; }
        public string Roles { get; init; } = "[]";
    }

    public async Task<IReadOnlyList<ActivatedPerson>> OfAsync(NpgsqlConnection connection, IReadOnlyCollection<string> subjects, CancellationToken ct)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(PeopleSql, new { issuer = portal.Issuer, subjects = subjects.ToArray() }, cancellationToken: ct));
        return rows.Select(Person).ToList();
    }

    public async Task<ActivatedPerson?> ByLoginAsync(NpgsqlConnection connection, string login, CancellationToken ct)
    {
        if (!LoginText.IsUsable(login)) return null;
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(ByLoginSql, new { issuer = portal.Issuer, key = LoginText.Key(login) }, cancellationToken: ct));
        return row is null ? null : Person(row);
    }

    public async Task<IReadOnlyList<string>> SubjectsAsync(string after, int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<string>(new CommandDefinition(SubjectsSql, new { issuer = portal.Issuer, after, limit }, cancellationToken: ct))).AsList();
    }

    private ActivatedPerson Person(Row row) => new(row.ProfileId, row.Subject, row.Login, PersonName.TryCreate(row.LastName, row.FirstName, row.MiddleName)!,
        Snils.TryParse(sealer.OpenText(Purpose.Snils, row.SnilsSealed)), row.IsDisabled, held.Read(row.Roles).Where(NextStep.NeedsActivation).ToList());
}
