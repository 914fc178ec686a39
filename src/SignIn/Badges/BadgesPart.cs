using Aupd.Kernel.People;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Badges;

/// <summary>A pupil's badges and a teacher's classes in the copy of a person's data.</summary>
internal sealed class BadgesPart(NpgsqlDataSource source) : IPersonalDataPart
{
    private const string BadgesSql = """
        select issued_at, expires_at, used_at, locked_at, voided_at from signin.badge where account_id = @accountId order by issued_at desc limit 100
        """;
    private const string ClassesSql = """
        select class_name, named_at, expires_at, ended_at from signin.class_teacher where account_id = @accountId order by named_at desc limit 100
        """;

    private sealed record Badge
    {
        public DateTimeOffset IssuedAt { get; init; }
        public DateTimeOffset ExpiresAt { get; init; }
        public DateTimeOffset? UsedAt { get; init; }
        public DateTimeOffset? LockedAt { get; init; }
        public DateTimeOffset? VoidedAt { get; init; }
    }

    private sealed record Class
    {
        public string ClassName { get; init; } = "";
        public DateTimeOffset NamedAt { get; init; }
        public DateTimeOffset ExpiresAt { get; init; }
        public DateTimeOffset? EndedAt { get; init; }
    }

    public int Order => 2;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        CommandDefinition With(string sql) => new(sql, new { accountId = owner.AccountId }, cancellationToken: ct);
        await copy.ListAsync("бейджи", "badges", await connection.QueryAsync<Badge>(With(BadgesSql)), badge =>
        {
            copy.Value("выдан", "issued_at", badge.IssuedAt);
            copy.Value("действует_до", "expires_at", badge.ExpiresAt);
            copy.Value("последний_вход", "used_at", badge.UsedAt);
            copy.Value("закрыт", "locked_at", badge.LockedAt);
            copy.Value("отключён", "voided_at", badge.VoidedAt);
        }, ct);
        await copy.ListAsync("мои_классы", "led_classes", await connection.QueryAsync<Class>(With(ClassesSql)), named =>
        {
            copy.Value("класс", "class", named.ClassName);
            copy.Value("отмечен", "named_at", named.NamedAt);
            copy.Value("до", "expires_at", named.ExpiresAt);
            copy.Value("закончен", "ended_at", named.EndedAt);
        }, ct);
    }
}
