using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.Registries.Identifiers;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>Portal accounts as last seen: what each said of itself, sealed, with the blind indexes it is found by.</summary>
internal sealed class KeptAccounts(Sealer sealer)
{
    private const string NameOfSql = "select name_key from registries.account where account_id = @id";

    private const string UpsertSql = """
        insert into registries.account (account_id, last_name, first_name, middle_name, name_key, snils_sealed, snils_invalid, snils_confirmed,
                                        phones_sealed, emails_sealed, identifiers, birth_date, created_at, made_from_record_id, facts_hash)
        values (@id, @last, @first, @middle, @nameKey, @snils, @snilsInvalid, @snilsConfirmed, @phones, @emails, @indexes, @birth, @createdAt, @madeFrom, @hash)
        on conflict (account_id) do update set (last_name, first_name, middle_name, name_key, snils_sealed, snils_invalid, snils_confirmed,
                                        phones_sealed, emails_sealed, identifiers, birth_date, created_at, made_from_record_id, facts_hash)
           = (excluded.last_name, excluded.first_name, excluded.middle_name, excluded.name_key, excluded.snils_sealed, excluded.snils_invalid,
              excluded.snils_confirmed, excluded.phones_sealed, excluded.emails_sealed, excluded.identifiers, excluded.birth_date, excluded.created_at,
              excluded.made_from_record_id, excluded.facts_hash)
         where account.facts_hash <> excluded.facts_hash
        """;

    private const string IdentifySql = """
        delete from registries.account_identifier where account_id = @id and identifier <> all (@indexes);
        insert into registries.account_identifier (identifier, account_id) select i, @id from unnest(@indexes::bytea[]) as i on conflict do nothing
        """;

    /// <summary>The key of the name under which the account is kept; null for one never seen.</summary>
    public static Task<long?> NameOfAsync(NpgsqlConnection connection, string accountId, CancellationToken ct) =>
        connection.ExecuteScalarAsync<long?>(new CommandDefinition(NameOfSql, new { id = accountId }, cancellationToken: ct));

    /// <summary>Remembers what the account says of itself now; returns what it is found by.</summary>
    public async Task<byte[][]> KeepAsync(NpgsqlConnection connection, AccountFacts facts, CancellationToken ct)
    {
        var found = SealedIdentifiers.Seal(sealer, facts.Snils, facts.Phones, facts.Emails);
        var changed = await connection.ExecuteAsync(new CommandDefinition(UpsertSql, new
        {
            id = facts.AccountId, last = facts.Name.Last, first = facts.Name.First, middle = facts.Name.Middle, nameKey = NameKey.Of(facts.Name),
            snils = found.Snils, snilsInvalid = facts.SnilsInvalid, snilsConfirmed = facts.SnilsConfirmed, phones = found.Phones, emails = found.Emails, indexes = found.Indexes,
            birth = facts.BirthDate, createdAt = facts.CreatedAt?.ToUniversalTime(), madeFrom = facts.MadeFromRecordId, hash = Hash(facts),
        }, cancellationToken: ct));
        if (changed > 0)
            await connection.ExecuteAsync(new CommandDefinition(IdentifySql, new { id = facts.AccountId, indexes = found.Indexes }, cancellationToken: ct));
        return found.Indexes;
    }

    /// <summary>Equal for accounts that say the same of themselves.</summary>
    public byte[] Hash(AccountFacts facts) => new RowHash(sealer).Add(facts.Name.Last).Add(facts.Name.First).Add(facts.Name.Middle).Add(facts.Snils?.Digits)
        .Add(facts.SnilsInvalid).Add(facts.SnilsConfirmed).Add(facts.Phones.Select(p => p.E164)).Add(facts.Emails.Select(e => e.Address)).Add(facts.BirthDate)
        .Add(facts.CreatedAt?.UtcTicks.ToString()).Add(facts.MadeFromRecordId).Take();
}
