using System.Runtime.CompilerServices;
using System.Text.Json;
using Aupd.Desk.Doors;
using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Dapper;
using Npgsql;

namespace Aupd.Desk.Support;

/// <summary>Keeps what people wrote, sealed, and hands it to support.</summary>
internal sealed class SupportRequests(NpgsqlDataSource source, Sealer sealer, AuditTrail audit, TimeProvider clock) : ISupportRequests
{
    private const string SealPurpose = "support-request";
    private const int PageSize = 100;

    private const string AddSql = """
        insert into desk.support_request (id, created_at, topic, trace, account_id, school, sealed, form_key)
        values (@id, @now, @Topic, @trace, @AccountId, @School, @content, @FormKey)
        on conflict (form_key) do nothing returning number
        """;

    private const string Columns = "select number, created_at, topic, school, trace, sealed from desk.support_request ";

    private sealed record Content(string Last, string First, string? Middle, string? Snils, string Contact, string Text);

    private sealed record Row
    {
        public long Number { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public string Topic { get; init; } = "";
        public string School { get; init; } = "";
        public string? Trace { get; init; }
        public byte[] Sealed { get; init; } = [];

        internal SupportRequestLine ToLine() => new(Number, CreatedAt, Topic, School, TraceNumber.TryParse(Trace));
    }

    /// <summary>The number of the request; of the first one when the same form comes twice.</summary>
    internal async Task<long> AddAsync(NewSupportRequest request, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var content = new Content(request.Name.Last, request.Name.First, request.Name.Middle, request.Snils?.Digits, request.Contact, request.Text);
        await using var connection = await source.OpenConnectionAsync(ct);
        var added = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(AddSql, new
        {
            id = Guid.CreateVersion7(now), now, request.Topic, trace = request.Trace?.Digits, request.AccountId, request.School,
            content = sealer.Seal(SealPurpose, JsonSerializer.SerializeToUtf8Bytes(content)), request.FormKey,
        }, cancellationToken: ct));
        if (added is not { } number)
            return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                "select number from desk.support_request where form_key = @FormKey", new { request.FormKey }, cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("desk.request-written", request.AccountId?.ToString() ?? "visitor", null, request.Trace,
            new { number, request.Topic }), ct);
        return number;
    }

    public async Task<IReadOnlyList<SupportRequestLine>> OpenAsync(int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition(Columns + "where closed_at is null order by created_at limit @limit",
            new { limit }, cancellationToken: ct))).Select(r => r.ToLine()).ToList();
    }

    public async Task<SupportRequest?> ReadAsync(long number, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Columns + "where number = @number", new { number }, cancellationToken: ct));
        if (row is null) return null;
        await audit.WriteAsync(connection, new AuditLine("desk.request-read", actor, null, TraceNumber.TryParse(row.Trace), new { number }), ct);
        return Open(row);
    }

    /// <summary>What a signed-in person wrote, whole, the oldest first; read page by page. For that person alone.</summary>
    internal async IAsyncEnumerable<SupportRequest> OfAsync(Guid accountId, [EnumeratorCancellation] CancellationToken ct)
    {
        List<Row> page = [];
        do
        {
            await using (var connection = await source.OpenConnectionAsync(ct))
                page = (await connection.QueryAsync<Row>(new CommandDefinition(Columns + "where account_id = @accountId and number > @after order by number limit @PageSize",
                    new { accountId, after = page is [.., var last] ? last.Number : 0, PageSize }, cancellationToken: ct))).AsList();
            foreach (var row in page) yield return Open(row);
        }
        while (page.Count == PageSize);
    }

    private SupportRequest Open(Row row)
    {
        var content = JsonSerializer.Deserialize<Content>(sealer.Open(SealPurpose, row.Sealed))!;
        return new SupportRequest(row.ToLine(), PersonName.TryCreate(content.Last, content.First, content.Middle)!, Snils.TryParse(content.Snils), content.Contact, content.Text);
    }

    public async Task<bool> CloseAsync(long number, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var closed = await connection.ExecuteAsync(new CommandDefinition(
            "update desk.support_request set closed_at = @now where number = @number and closed_at is null", new { now = clock.GetUtcNow(), number }, cancellationToken: ct)) == 1;
        if (closed) await audit.WriteAsync(connection, new AuditLine("desk.request-closed", actor, null, null, new { number }), ct);
        return closed;
    }
}

/// <param name="FormKey">Hash of the form that was shown: the same form makes one request.</param>
internal sealed record NewSupportRequest(
    string Topic, PersonName Name, string School, Snils? Snils, string Contact, string Text, TraceNumber? Trace, Guid? AccountId, byte[] FormKey)
{
    public override string ToString() => $"support request about {Topic}";
}
