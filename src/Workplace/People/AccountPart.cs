using System.Text.Json;
using Aupd.Kernel.People;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.People;

/// <summary>What the directory of the schools is told of the person. No password: none is kept.</summary>
internal sealed class AccountPart(NpgsqlDataSource source) : IPersonalDataPart
{
    private const string OwnSql = """
        select a.desired::text as desired, coalesce(d.delivered_version = d.version, false) as is_delivered, a.password_at, a.left_at, d.removed_at
          from workplace.account a left join workplace.delivery d on d.profile_id = a.profile_id and d.target = 'directory'
         where a.subject = @subject and a.desired is not null
        """;

    private sealed record Row
    {
        public string Desired { get; init; } = "";
        public bool IsDelivered { get; init; }
        public DateTimeOffset? PasswordAt { get; init; }
        public DateTimeOffset? LeftAt { get; init; }
        public DateTimeOffset? RemovedAt { get; init; }
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
    }
}
