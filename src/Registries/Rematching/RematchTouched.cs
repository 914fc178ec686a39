using Aupd.Kernel.Facts;
using Aupd.Registries.Accounts;
using Aupd.Registries.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Rematching;

/// <summary>Compares touched accounts anew, a batch per transaction: what is not committed stays touched.</summary>
internal sealed class RematchTouched(NpgsqlDataSource source, CompareAccounts compare, FactLog facts, RegistriesSettings settings)
{
    private const string TakeSql = """
        select no, account_id as AccountId from registries.touched_account order by no limit @batch for update skip locked
        """;

    private const string KeysSql = """
        select account_id as AccountId, name_key as NameKey, identifiers, made_from_record_id as MadeFrom
          from registries.account where account_id = any (@accounts)
        """;

    private const string SpendSql = "delete from registries.touched_account where no = any (@numbers)";

    private sealed record Touched(long No, string AccountId);

    /// <summary>Compares up to a batch of accounts anew; returns how many marks were spent, 0 where none wait.</summary>
    public async Task<int> NextBatchAsync(CancellationToken ct)
    {
        for (var batch = settings.RematchBatch; ; batch = batch / 8 + 1)
        {
            try
            {
                return await TryAsync(batch, ct);
            }
            // It met a sign-in; fewer accounts at once meet fewer.
            catch (PostgresException e) when (Conflict.Is(e) && batch > 2) { }
        }
    }

    private async Task<int> TryAsync(int batch, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var touched = (await connection.QueryAsync<Touched>(new CommandDefinition(TakeSql, new { batch }, cancellationToken: ct))).AsList();
        if (touched.Count == 0) return 0;
        var accounts = touched.Select(t => t.AccountId).Distinct(StringComparer.Ordinal).ToArray();
        var names = (await KeysOfAsync(connection, accounts, ct)).Select(k => k.NameKey).ToHashSet();
        await NameLocks.TakeAsync(connection, names, ct);
        // Who took another name in between has been compared by that very sign-in.
        var keys = (await KeysOfAsync(connection, accounts, ct)).Where(k => names.Contains(k.NameKey)).ToList();
        if (keys.Count > 0)
        {
            var focus = await Contest.FindAsync(connection, AccountKeys.Of(keys), ct);
            await compare.RunAsync(connection, focus, asked: null, ct);
            await facts.AddAsync(connection, new Fact(AccountsCompared.Topic, $"round-{touched[0].No}", new AccountsCompared(accounts)), ct);
        }
        await connection.ExecuteAsync(new CommandDefinition(SpendSql, new { numbers = touched.Select(t => t.No).ToArray() }, cancellationToken: ct));
        await transaction.CommitAsync(ct);
        return touched.Count;
    }

    private static async Task<List<KeptKeys>> KeysOfAsync(NpgsqlConnection connection, string[] accounts, CancellationToken ct) =>
        (await connection.QueryAsync<KeptKeys>(new CommandDefinition(KeysSql, new { accounts }, cancellationToken: ct))).AsList();
}
