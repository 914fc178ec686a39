using Aupd.SignIn.Doors;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Health;

/// <summary>How a person's account fares at the targets of deliveries: classroom computers and Teams. And the delivery once more, on demand.</summary>
internal sealed class DeliveryHealth(NpgsqlDataSource source, IEnumerable<DeliveryTarget> targets, TimeProvider clock) : ILoginHealth, ILoginRepair
{
    private const string LampsSql = """
        select d.target, d.delivered_version < a.version or d.due_at <= @now::timestamptz or p.waits as is_on_its_way, d.attempts > 0 as is_refused, d.dead_at is not null as is_dead,
               d.conflict_at is not null as has_conflict, d.succeeded_at, d.failed_at, t.away_at, a.left_at is not null as has_left, a.password_at, a.password_trouble_at,
               case when p.waits then null else a.password_trouble end as password_trouble, a.password_trouble_number
          from workplace.delivery d
          join workplace.account a on a.profile_id = d.profile_id
          left join workplace.target t on t.name = d.target
         cross join lateral (select exists (select 1 from workplace.password w where w.profile_id = d.profile_id) as waits) p
         where d.profile_id = @profileId
        """;

    private const string AgainSql = """
        update workplace.delivery set due_at = @now, attempts = 0, dead_at = null, acknowledged = null where profile_id = @profileId and target = any (@targets)
        """;

    private const string WakeSql = $"select pg_notify('{DeliveryWorker.Channel}', '')";

    private static readonly LampText
        Soon = new("Данные уже в пути — обычно хватает минуты. Делать ничего не нужно.", "The data are on their way; a minute is mostly enough. There is nothing to do."),
        Away = new("Школьный сервер сейчас не отвечает. Делать ничего не нужно: как только он вернётся, всё передастся само.",
            "The school's server does not answer just now. There is nothing to do: as soon as it is back, all arrives by itself."),
        Again = new("С первого раза не получилось, пробуем ещё. Если и через час не заработает — напишите нам.", "The first try did not work, more follow. If it does not work in an hour, write to us."),
        Conflict = new("Ваш логин там занят чужой или старой записью. Напишите нам: это исправит только администратор.",
            "Your login is taken there by an old account or somebody else's. Write to us: an administrator has to put it right."),
        Given = new("Передать данные не получилось несколько раз. Нажмите «Починить сейчас»; не поможет — напишите нам.", "Passing the data on failed several times. Press “Repair now”; if that does not help, write to us."),
        Left = new("Закрыто: сейчас вас нет среди сотрудников и учеников школы.", "Closed: you are not among the staff or pupils of a school now."),
        Hitch = new("Сервер не принял данные.", "The server did not take the data."),
        PasswordLacking = new("Пароля там не было.", "There was no password."),
        PasswordHitch = new("Пароль не подошёл по правилам школьных компьютеров.", "The password did not fit the rules of the school computers.");

    private sealed record Row
    {
        public string Target { get; init; } = "";
        public bool IsOnItsWay { get; init; }
        public bool IsRefused { get; init; }
        public bool IsDead { get; init; }
        public bool HasConflict { get; init; }
        public bool HasLeft { get; init; }
        public DateTimeOffset? SucceededAt { get; init; }
        public DateTimeOffset? FailedAt { get; init; }
        public DateTimeOffset? AwayAt { get; init; }
        public DateTimeOffset? PasswordAt { get; init; }
        public DateTimeOffset? PasswordTroubleAt { get; init; }
        public string? PasswordTrouble { get; init; }
        public int? PasswordTroubleNumber { get; init; }
    }

    public async Task<IReadOnlyList<LoginLamp>> OfAsync(Guid profileId, CancellationToken ct)
    {
        var known = targets.Where(t => t.IsConfigured).ToList();
        if (known.Count == 0) return [];
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(LampsSql, new { profileId, now = clock.GetUtcNow() }, cancellationToken: ct))).AsList();
        return [.. known.Select(t => Lamp(t, rows.Find(r => r.Target == t.Name)))];
    }

    public async Task<int> AgainAsync(NpgsqlConnection connection, Guid profileId, CancellationToken ct)
    {
        var places = await connection.ExecuteAsync(new CommandDefinition(AgainSql,
            new { profileId, now = clock.GetUtcNow(), targets = targets.Where(t => t.IsConfigured).Select(t => t.Name).ToArray() }, cancellationToken: ct));
        if (places > 0) await connection.ExecuteAsync(new CommandDefinition(WakeSql, cancellationToken: ct));
        return places;
    }

    private static LoginLamp Lamp(DeliveryTarget target, Row? row)
    {
        var part = target.Name == DirectoryTarget.TargetName ? LoginPart.Computer : LoginPart.Teams;
        // Just activated, or the target was set up after that: the row is planted in a moment.
        if (row is null) return new LoginLamp(part, LampState.Waits, Soon);
        var trouble = target.TakesPasswords && row.PasswordTrouble is { } word ? new PasswordTrouble(word, row.PasswordTroubleNumber) : null;
        var (state, told) = StateOf(row, trouble);
        var byPassword = target.TakesPasswords && row.PasswordTroubleAt is { } at && !(row.FailedAt > at);
        return new LoginLamp(part, state, told, row.SucceededAt, byPassword ? row.PasswordTroubleAt : row.FailedAt,
            byPassword ? row.PasswordTrouble == "missing" ? PasswordLacking : PasswordHitch : row.FailedAt is null ? null : Hitch, target.TakesPasswords ? row.PasswordAt : null, told is null ? trouble : null);
    }

    // The most pressing first: what only a person can solve, then what waits by itself.
    private static (LampState, LampText?) StateOf(Row row, PasswordTrouble? trouble) => row switch
    {
        { HasLeft: true } => (LampState.Broken, Left),
        { HasConflict: true } => (LampState.Broken, Conflict),
        { IsDead: true } => (LampState.Broken, Given),
        { IsOnItsWay: true, AwayAt: not null } => (LampState.Waits, Away),
        { IsRefused: true } => (LampState.Waits, Again),
        { IsOnItsWay: true } => (LampState.Waits, Soon),
        _ => (trouble is null ? LampState.Works : LampState.Broken, null),
    };
}
