using Aupd.Kernel.Data;
using Dapper;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

/// <summary>What an account has beside its password.</summary>
internal sealed record FactorState
{
    public bool HasTotp { get; init; }
    public int Passkeys { get; init; }
    /// <summary>Recovery codes not spent.</summary>
    public int CodesLeft { get; init; }
    public bool IsAdministrator { get; init; }
    public DateTime? ResetDueAt { get; init; }
    public DateTime? ResetOpenUntil { get; init; }

    /// <summary>A password alone does not sign in.</summary>
    public bool Any => HasTotp || Passkeys > 0;

    public int Count => Passkeys + (HasTotp ? 1 : 0);

    /// <summary>An operator has let the person in without what he lost, and the wait is over.</summary>
    public bool ResetHolds(DateTimeOffset now) => ResetDueAt <= now.UtcDateTime && now.UtcDateTime < ResetOpenUntil;
}

/// <summary>One passkey as its holder sees it.</summary>
internal sealed record PasskeyLine(byte[] CredentialId, string Name, DateTime CreatedAt, DateTime? LastUsedAt, bool IsBackedUp)
{
    /// <summary>For addresses and forms.</summary>
    public string Id => System.Buffers.Text.Base64Url.EncodeToString(CredentialId);
}

internal sealed record TotpLine(DateTime CreatedAt, DateTime? LastUsedAt);

/// <summary>Reads what an account has beside its password; one round trip each.</summary>
internal sealed class Factors(HotPath hot)
{
    private const string StateSql = """
        select exists (select from portal.totp where account_id = @id) as has_totp,
               (select count(*)::int from portal.passkey where account_id = @id) as passkeys,
               (select count(*)::int from portal.recovery_code where account_id = @id and spent_at is null) as codes_left,
               exists (select from portal.administrator where account_id = @id) as is_administrator,
               r.due_at as reset_due_at, r.open_until as reset_open_until
          from (select 1) one left join portal.factor_reset r on r.account_id = @id
        """;

    private const string PasskeysSql = """
        select credential_id, name, created_at, last_used_at, is_backed_up from portal.passkey where account_id = @id order by created_at limit 100
        """;

    private const string TotpSql = "select created_at, last_used_at from portal.totp where account_id = @id";

    public async Task<FactorState> OfAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        return await OfAsync(connection, id, ct);
    }

    /// <summary>Within the caller's transaction.</summary>
    public static Task<FactorState> OfAsync(NpgsqlConnection connection, Guid id, CancellationToken ct) =>
        connection.QuerySingleAsync<FactorState>(new CommandDefinition(StateSql, new { id }, cancellationToken: ct));

    public async Task<(FactorState State, TotpLine? Totp, IReadOnlyList<PasskeyLine> Passkeys)> ListAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition($"{StateSql};\n{TotpSql};\n{PasskeysSql}", new { id }, cancellationToken: ct));
        return (await results.ReadSingleAsync<FactorState>(), await results.ReadSingleOrDefaultAsync<TotpLine>(),
            (await results.ReadAsync<PasskeyLine>()).AsList());
    }
}
