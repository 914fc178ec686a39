using Dapper;
using Npgsql;

namespace Aupd.Portal.FirstPasswords;

/// <summary>By whose wish a first password is set.</summary>
/// <param name="Id">The gateway's; the same in every repetition.</param>
/// <param name="By">The guardian's account.</param>
internal sealed record FirstPasswordOrder(Guid Id, Guid By);

internal enum OrderState { Unknown, InForce, Over }

/// <summary>Which accounts have a password that somebody else has set, and by which order; on the caller's connection.</summary>
internal static class FirstPasswordRows
{
    /// <summary>An expression: the account a.id has to choose a password of its own.</summary>
    internal const string InForce = "exists (select from portal.first_password f where f.account_id = a.id and f.ended_at is null)";

    private const string SetSql = "insert into portal.first_password (order_id, account_id, set_at) values (@order, @accountId, @now)";

    private const string StateSql = "select case when ended_at is null then 1 else 2 end from portal.first_password where order_id = @order and account_id = @accountId";

    private const string EndSql = "update portal.first_password set ended_at = @now where account_id = @accountId and ended_at is null";

    private const string IsFreshSql = "select exists (select from portal.first_password where account_id = @accountId and ended_at is null and set_at > @since)";

    private const string IsInForceSql = "select exists (select from portal.first_password where account_id = @accountId and ended_at is null)";

    private const string OfRecordSql = "select id from portal.account where made_from_record_id = @record";

    /// <summary>In the transaction that sets the password; one that was in force before is not any more.</summary>
    public static async Task SetAsync(NpgsqlConnection connection, Guid accountId, Guid order, DateTimeOffset now, CancellationToken ct)
    {
        await EndAsync(connection, accountId, now, ct);
        await connection.ExecuteAsync(new CommandDefinition(SetSql, new { accountId, order, now }, cancellationToken: ct));
    }

    public static async Task<OrderState> StateAsync(NpgsqlConnection connection, Guid accountId, Guid order, CancellationToken ct) =>
        (OrderState)await connection.ExecuteScalarAsync<int>(new CommandDefinition(StateSql, new { accountId, order }, cancellationToken: ct));

    /// <summary>The password in force is no first one any more.</summary>
    public static Task EndAsync(NpgsqlConnection connection, Guid accountId, DateTimeOffset now, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(EndSql, new { accountId, now }, cancellationToken: ct));

    /// <summary>Whether one is in force that was set after the moment.</summary>
    public static Task<bool> IsFreshAsync(NpgsqlConnection connection, Guid accountId, DateTimeOffset since, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsFreshSql, new { accountId, since }, cancellationToken: ct));

    /// <summary>Whether the account's password is a first one: it opens one page of the portal and nothing else.</summary>
    public static Task<bool> IsInForceAsync(NpgsqlConnection connection, Guid accountId, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsInForceSql, new { accountId }, cancellationToken: ct));

    /// <summary>The account that was made from an enrolment record; null: none.</summary>
    public static Task<Guid?> MadeFromAsync(NpgsqlConnection connection, string record, CancellationToken ct) =>
        connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(OfRecordSql, new { record }, cancellationToken: ct));
}
