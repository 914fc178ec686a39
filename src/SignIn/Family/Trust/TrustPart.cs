using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family.Trust;

/// <summary>Whom the person has trusted with a child, and by whom the person is trusted.</summary>
internal sealed class TrustPart(NpgsqlDataSource source, Sealer sealer) : IPersonalDataPart
{
    private const string Sql = """
        select named_by = @accountId as is_mine, last_name, first_name, middle_name, contact_sealed, services, until::text as until, named_at, ended_at
          from signin.trusted_person where named_by = @accountId or account_id = @accountId order by named_at
        """;

    private sealed record Row
    {
        public bool IsMine { get; init; }
        public string LastName { get; init; } = "";
        public string FirstName { get; init; } = "";
        public string? MiddleName { get; init; }
        public byte[] ContactSealed { get; init; } = [];
        public string[] Services { get; init; } = [];
        public string Until { get; init; } = "";
        public DateTimeOffset NamedAt { get; init; }
        public DateTimeOffset? EndedAt { get; init; }
    }

    public int Order => 7;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(Sql, new { accountId = owner.AccountId }, cancellationToken: ct));
        await copy.ListAsync("доверенные_люди", "trusted_persons", rows, row =>
        {
            copy.Value("кому_доверено", "trusted", row.IsMine ? PersonName.TryCreate(row.LastName, row.FirstName, row.MiddleName)?.Reveal() : copy.Language["вам", "you"]);
            copy.Value("контакт", "contact", sealer.OpenText(TrustedPersons.ContactPurpose, row.ContactSealed));
            copy.Value("сервисы", "services", string.Join(", ", row.Services));
            copy.Value("до", "until", row.Until);
            copy.Value("названо", "named_at", row.NamedAt);
            if (row.EndedAt is { } ended) copy.Value("закончено", "ended_at", ended);
        }, ct);
    }
}
