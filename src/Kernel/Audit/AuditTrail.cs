using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Aupd.Kernel.Audit;

/// <summary>One line of the audit trail. Ids only: names, phones, codes and tokens never stand here.</summary>
/// <param name="Act">What was done, as module.verb: <c>signin.matched</c>, <c>portal.password-changed</c>.</param>
/// <param name="Actor">Who did it: an account or profile id, a client id, <c>command</c> or <c>system</c>.</param>
/// <param name="Subject">Whom or what it concerns; null where that is the actor.</param>
/// <param name="Journey">The trace number of the sign-in it belongs to; null outside of one.</param>
/// <param name="Details">A flat object of ids, counts and words of closed lists.</param>
public sealed record AuditLine(string Act, string Actor, string? Subject = null, TraceNumber? Journey = null, object? Details = null);

/// <summary>A line as it was kept.</summary>
public sealed record KeptAuditLine
{
    public long Id { get; init; }
    public DateTimeOffset At { get; init; }
    public string Act { get; init; } = "";
    public string Actor { get; init; } = "";
    public string? Subject { get; init; }
    public string? Journey { get; init; }
    /// <summary>A JSON object; null where there were none.</summary>
    public string? Details { get; init; }
}

/// <summary>Writes and reads the audit trail. An act and its line share a transaction where one is given.</summary>
public sealed class AuditTrail(NpgsqlDataSource source, TimeProvider clock)
{
    private const string InsertSql = """
        insert into kernel.audit (at, act, actor, subject, journey, details)
        values (@at, @act, @actor, @subject, @journey, @details::jsonb)
        """;

    private const string TogetherSql = """
        insert into kernel.audit (at, act, actor, subject, journey, details)
        values (@audit_at, @audit_act, @audit_actor, @audit_subject, @audit_journey, @audit_details::jsonb)
        """;

    private const string BatchSql = "insert into kernel.audit (at, act, actor, subject, journey, details) values ($1, $2, $3, $4, $5, $6::jsonb)";

    public async Task WriteAsync(AuditLine line, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await WriteAsync(connection, line, ct);
    }

    /// <summary>Within the caller's transaction, if its connection has one.</summary>
    public Task WriteAsync(NpgsqlConnection connection, AuditLine line, CancellationToken ct = default) =>
        connection.ExecuteAsync(new CommandDefinition(InsertSql, new
        {
            at = clock.GetUtcNow(),
            act = line.Act,
            actor = line.Actor,
            subject = line.Subject,
            journey = line.Journey?.Digits,
            details = Written(line.Details),
        }, cancellationToken: ct));

    /// <summary>A statement and the line about it in one round trip and one transaction.</summary>
    /// <param name="sql">With parameters by name; none begins with <c>audit_</c>.</param>
    public Task ActAsync(NpgsqlConnection connection, string sql, object values, AuditLine line, CancellationToken ct = default)
    {
        var all = new DynamicParameters(values);
        all.Add("audit_at", clock.GetUtcNow());
        all.Add("audit_act", line.Act);
        all.Add("audit_actor", line.Actor);
        all.Add("audit_subject", line.Subject);
        all.Add("audit_journey", line.Journey?.Digits);
        all.Add("audit_details", Written(line.Details));
        return connection.ExecuteAsync(new CommandDefinition($"{sql};\n{TogetherSql}", all, cancellationToken: ct));
    }

    /// <summary>The same as a part of a batch, so that a line costs no round trip of its own; a batch is one transaction.</summary>
    public NpgsqlBatchCommand ToBatchCommand(AuditLine line) => new(BatchSql)
    {
        Parameters =
        {
            new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() }, new NpgsqlParameter<string> { TypedValue = line.Act },
            new NpgsqlParameter<string> { TypedValue = line.Actor }, Text(line.Subject), Text(line.Journey?.Digits), Text(Written(line.Details)),
        },
    };

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static string? Written(object? details) => details is null ? null : JsonSerializer.Serialize(details, JsonSerializerOptions.Web);

    /// <summary>The lines of one journey, oldest first; at most 500.</summary>
    public async Task<IReadOnlyList<KeptAuditLine>> ReadJourneyAsync(TraceNumber journey, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<KeptAuditLine>(new CommandDefinition("""
            select id, at, act, actor, subject, journey, details::text as details from kernel.audit
             where journey = @Digits order by id limit 500
            """, new { journey.Digits }, cancellationToken: ct))).AsList();
    }

    private const string OwnSql = """
        select id, at, act, actor, subject, journey, details::text as details from (
            (select * from kernel.audit where actor = any(@ids) and (@acts::text[] is null or act = any(@acts::text[]))
                and (@beforeAt::timestamptz is null or (at, id) < (@beforeAt::timestamptz, @beforeId)) order by at desc, id desc limit @limit)
            union
            (select * from kernel.audit where subject = any(@ids) and (@acts::text[] is null or act = any(@acts::text[]))
                and (@beforeAt::timestamptz is null or (at, id) < (@beforeAt::timestamptz, @beforeId)) order by at desc, id desc limit @limit)) lines
         order by at desc, id desc limit @limit
        """;

    /// <summary>Lines that a person did or that concern them, the newest first.</summary>
    /// <param name="ids">The ids by which the trail knows the person.</param>
    /// <param name="acts">Only these; null: all.</param>
    /// <param name="before">The last line of the page before; null: from the newest.</param>
    public async Task<IReadOnlyList<KeptAuditLine>> ReadOfAsync(
        IReadOnlyCollection<string> ids, IReadOnlyCollection<string>? acts, AuditPlace? before, int limit, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<KeptAuditLine>(new CommandDefinition(OwnSql,
            new { ids = ids.ToArray(), acts = acts?.ToArray(), beforeAt = before?.At, beforeId = before?.Id ?? 0, limit }, cancellationToken: ct))).AsList();
    }

    private const string LatestSql = """
        select i.id as actor, (select max(k.at) from kernel.audit k where k.actor = i.id and k.act = any(@acts::text[])) as at from unnest(@ids::text[]) as i (id)
        """;

    /// <summary>When each of them last did one of the acts; whoever never did is not there. One round trip.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> LatestOfAsync(
        IReadOnlyCollection<string> actors, IReadOnlyCollection<string> acts, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<(string Actor, DateTimeOffset? At)>(new CommandDefinition(LatestSql,
            new { ids = actors.ToArray(), acts = acts.ToArray() }, cancellationToken: ct));
        return rows.Where(r => r.At is not null).ToDictionary(r => r.Actor, r => r.At!.Value, StringComparer.Ordinal);
    }

    /// <summary>All of them, read page by page.</summary>
    public async IAsyncEnumerable<KeptAuditLine> AllOfAsync(IReadOnlyCollection<string> ids, [EnumeratorCancellation] CancellationToken ct = default)
    {
        const int PageSize = 500;
        IReadOnlyList<KeptAuditLine> page = [];
        do
        {
            page = await ReadOfAsync(ids, null, page is [.., var last] ? new AuditPlace(last.At, last.Id) : null, PageSize, ct);
            foreach (var line in page) yield return line;
        }
        while (page.Count == PageSize);
    }
}

/// <summary>Where a line stands in the trail.</summary>
public sealed record AuditPlace(DateTimeOffset At, long Id);
