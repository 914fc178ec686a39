using System.Text.Json;
using Aupd.Kernel.People;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.People;

/// <summary>What the directory of the schools and Teams are told of the person. No password: none is kept.</summary>
internal sealed class AccountPart(NpgsqlDataSource source) : IPersonalDataPart
{
    private const string OwnSql = """
        select a.desired::text as desired, coalesce(d.delivered_version = d.version, false) as is_delivered, a.password_at, a.left_at, d.removed_at,
               t.remote_name as teams_name, t.succeeded_at as teams_told_at, t.removed_at as teams_removed_at,
               array(select g.display_name from workplace.teams_member m join workplace.teams_group g on g.key = m.group_key
                      where m.profile_id = a.profile_id and m.told_id is not null order by g.display_name) as teams_groups
          from workplace.account a
          left join workplace.delivery d on d.profile_id = a.profile_id and d.target = 'directory'
          left join workplace.delivery t on t.profile_id = a.profile_id and t.target = 'teams'
         where a.subject = @subject and a.desired is not null
        """;

    private sealed record Row
    {
        public string Desired { get; init; } = "";
        public bool IsDelivered { get; init; }
        public DateTimeOffset? PasswordAt { get; init; }
        public DateTimeOffset? LeftAt { get; init; }
        public DateTimeOffset? RemovedAt { get; init; }
        public string? TeamsName { get; init; }
        public DateTimeOffset? TeamsToldAt { get; init; }
        public DateTimeOffset? TeamsRemovedAt { get; init; }
        public string[] TeamsGroups { get; init; } = [];
    }

    public int Order => 8;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(OwnSql, new { subject = owner.PortalSubject }, cancellationToken: ct));
        if (row is null) return;
        var account = JsonSerializer.Deserialize<DesiredAccount>(row.Desired, JsonSerializerOptions.Web)!;
        copy.BeginObject("запись_в_каталоге_школ", "account_in_the_schools_directory");
        copy.Value("логин", "login", account.Login);
        copy.Value("имя", "name", account.Middle is null ? $"{account.Last} {account.First}" : $"{account.Last} {account.First} {account.Middle}");
        await copy.ListAsync("школы", "schools", account.Places, place =>
        {
            copy.Value("школа", "school", place.School);
            copy.Value("должность_или_класс", "position_or_class", place.Title);
        }, ct);
        copy.Value("передана", "delivered", row.IsDelivered);
        copy.Value("пароль_передан", "password_handed_over_at", row.PasswordAt);
        copy.Value("закрыта", "closed_at", row.LeftAt);
        copy.Value("удалена", "removed_at", row.RemovedAt);
        copy.EndObject();
        if (row.TeamsName is not null) await WriteTeamsAsync(row, copy, ct);
    }

    private static async Task WriteTeamsAsync(Row row, PersonalDataWriter copy, CancellationToken ct)
    {
        copy.BeginObject("запись_в_teams", "account_in_teams");
        copy.Value("имя_в_teams", "teams_name", row.TeamsName);
        copy.Value("передана", "delivered_at", row.TeamsToldAt);
        copy.Value("удалена", "removed_at", row.TeamsRemovedAt);
        await copy.ListAsync("группы", "groups", row.TeamsGroups, group => copy.Value("группа", "group", group), ct);
        copy.EndObject();
    }
}
