using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Runtime.CompilerServices;
using Aupd.Kernel.People;
using Aupd.Workplace.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>Accounts that look like one person's: the same mark of ours, the same СНИЛС, or the same full name under logins that differ by a number
/// behind (<c>evann</c>, <c>evann-1</c>). The directory is read in pages into a temporary table, which sorts on disk.</summary>
internal sealed class FindTwins(NpgsqlDataSource source, DirectorySettings settings, TrustedFolder trusted)
{
    private const int BatchSize = 1000;

    // In a transaction, so that the table is gone with it.
    private const string StageSql = """
        create temporary table staging_twin (
            object_id uuid, login text, entry_name text, shown_name text, name_key text, stem text, person_id text, snils text, is_disabled boolean,
            created_on date, last_used_on date) on commit drop
        """;

    private const string FillSql = """
        insert into staging_twin select * from unnest(@ids::uuid[], @logins::text[], @names::text[], @shown::text[], @keys::text[], @stems::text[], @people::text[],
               @snils::text[], @disabled::boolean[], @created::date[], @used::date[])
        """;

    private const string GroupsSql = """
        with marked as (
            select 'id' as evidence, person_id as group_key, s.* from staging_twin s where person_id is not null
            union all
            select 'snils', snils, s.* from staging_twin s where snils is not null
            union all
            select 'name and login', name_key || '/' || stem, s.* from staging_twin s where name_key is not null),
        several as (select *, count(*) over (partition by evidence, group_key) as members from marked)
        select v.evidence, v.group_key, v.login, v.entry_name, v.shown_name, v.is_disabled, v.created_on, v.last_used_on,
               exists (select 1 from workplace.delivery d where d.target = 'directory' and d.remote_id = v.object_id::text) as is_managed
          from several v where members > 1 order by v.evidence, v.group_key, v.login
        """;

    private sealed record Row
    {
        public string Evidence { get; init; } = "";
        public string GroupKey { get; init; } = "";
        public string Login { get; init; } = "";
        public string EntryName { get; init; } = "";
        public string ShownName { get; init; } = "";
        public bool IsDisabled { get; init; }
        public DateOnly? CreatedOn { get; init; }
        public DateOnly? LastUsedOn { get; init; }
        public bool IsManaged { get; init; }
    }

    private sealed record Account(Guid Id, string? Login, string Name, string? Shown, string? NameKey, string? Stem, string? Person, string? Snils, bool Disabled, DateOnly? Created, DateOnly? Used);

    public async IAsyncEnumerable<TwinGroup> RunAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(StageSql, cancellationToken: ct));
        using var link = Open();
        foreach (var batch in Accounts(link).Chunk(BatchSize)) await FillAsync(connection, batch, ct);
        var group = new List<Row>();
        await foreach (var row in connection.QueryUnbufferedAsync<Row>(GroupsSql, transaction: transaction).WithCancellation(ct))
        {
            if (group.Count > 0 && (group[0].Evidence, group[0].GroupKey) != (row.Evidence, row.GroupKey))
            {
                yield return AsGroup(group);
                group.Clear();
            }
            group.Add(row);
        }
        if (group.Count > 0) yield return AsGroup(group);
    }

    private DirectoryLink Open()
    {
        if (!settings.IsConfigured) throw new DirectoryUnusableException("No directory is configured: see Workplace:Directory:Server.");
        try { return DirectoryLink.Open(settings, trusted); }
        catch (DirectoryAwayException e) { throw new DirectoryUnusableException(e.Message, e); }
    }

    private IEnumerable<Account> Accounts(DirectoryLink link)
    {
        string[] attributes = [.. Entry.Attributes(settings), "whenCreated", "lastLogonTimestamp"];
        foreach (var found in link.Pages("(&(objectCategory=person)(objectClass=user))", attributes))
        {
            var entry = new Entry(found);
            var name = PersonName.TryCreate(entry["sn"], entry["givenName"], entry["middleName"]);
            var snils = settings.SnilsAttribute.Length > 0 && entry[settings.SnilsAttribute] is { } mark && mark.StartsWith(EntryTemplate.SnilsMark(""), StringComparison.Ordinal) ? mark : null;
            yield return new Account(entry.Id, entry.Login, entry.Name, entry["displayName"] ?? name?.Reveal(), name?.Key.Replace('\t', ' '), Stem(entry.Login),
                Guid.TryParse(entry[settings.IdAttribute], out var person) ? person.ToString() : null, snils, entry.IsDisabled, Created(found), Used(entry, found));
        }
    }

    /// <summary>A login without the number that tells it from an older one.</summary>
    internal static string Stem(string? login) => (login ?? "").ToLowerInvariant().TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9').TrimEnd('-', '_');

    private static DateOnly? Created(SearchResultEntry found) => found.Attributes["whenCreated"]?[0] is string text
        && DateTime.TryParseExact(text, "yyyyMMddHHmmss'.0Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? DateOnly.FromDateTime(at) : null;

    private static DateOnly? Used(Entry entry, SearchResultEntry found) => found.Attributes["lastLogonTimestamp"]?[0] is string text
        && long.TryParse(text, CultureInfo.InvariantCulture, out var ticks) && ticks > 0 ? DateOnly.FromDateTime(DateTime.FromFileTimeUtc(ticks)) : null;

    private static Task FillAsync(NpgsqlConnection connection, Account[] batch, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(FillSql, new
    {
        ids = batch.Select(a => a.Id).ToArray(), logins = batch.Select(a => a.Login).ToArray(), names = batch.Select(a => a.Name).ToArray(),
        shown = batch.Select(a => a.Shown ?? "").ToArray(), keys = batch.Select(a => a.NameKey).ToArray(), stems = batch.Select(a => a.Stem).ToArray(),
        people = batch.Select(a => a.Person).ToArray(), snils = batch.Select(a => a.Snils).ToArray(), disabled = batch.Select(a => a.Disabled).ToArray(),
        created = batch.Select(a => a.Created).ToArray(), used = batch.Select(a => a.Used).ToArray(),
    }, cancellationToken: ct));

    private static TwinGroup AsGroup(List<Row> rows) => new(rows[0].Evidence,
        rows.ConvertAll(r => new TwinAccount(r.Login, r.EntryName, r.ShownName, r.IsDisabled, r.CreatedOn, r.LastUsedOn, r.IsManaged)));
}
