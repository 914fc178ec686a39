using Aupd.Kernel.Audit;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Dapper;
using Npgsql;

namespace Aupd.OpenId.Admin;

/// <param name="Source"><c>file</c> or <c>door</c>.</param>
/// <param name="ETag">Quoted; changes with the registration.</param>
internal sealed record StoredClient(OpenIdClient Client, string Source, DateTimeOffset ChangedAt, string ETag);

internal abstract record ChangeClientOutcome
{
    private ChangeClientOutcome() { }
    /// <param name="Secret">Made here; shown this once.</param>
    internal sealed record Saved(StoredClient Client, bool IsNew, string? Secret) : ChangeClientOutcome;
    internal sealed record Removed : ChangeClientOutcome;
    internal sealed record NoSuchClient : ChangeClientOutcome;
    /// <summary>Somebody changed it since the caller read it, or it came into being.</summary>
    internal sealed record Stale : ChangeClientOutcome;
    /// <summary>The caller does not say what he has read.</summary>
    internal sealed record Unconditional : ChangeClientOutcome;
    /// <summary>It stands in the clients' file, which would undo the change at the next start.</summary>
    internal sealed record OfTheFile : ChangeClientOutcome;
    internal sealed record NoSecret : ChangeClientOutcome;
    /// <summary>There is none to retire.</summary>
    internal sealed record NoOldSecret : ChangeClientOutcome;
    internal sealed record Refused(IReadOnlyList<string> Faults) : ChangeClientOutcome;
}

/// <summary>What the caller has read, by If-Match and If-None-Match (RFC 9110 §13.1).</summary>
/// <param name="MustNotExist"><c>If-None-Match: *</c>.</param>
internal sealed record Precondition(IReadOnlyList<string> Matches, bool MustNotExist)
{
    /// <summary>Whichever is there is meant: nothing of it is overwritten but what the caller asks to be.</summary>
    public static Precondition Waived { get; } = new([], MustNotExist: false) { IsWaived = true };

    private bool IsWaived { get; init; }

    public bool IsGiven => IsWaived || Matches.Count > 0 || MustNotExist;

    public bool Holds(StoredClient? stored) => stored is null ? Matches.Count == 0
        : !MustNotExist && (Matches.Count == 0 || Matches.Contains("*") || Matches.Contains(stored.ETag));
}

/// <summary>The rows of clients, as the administration reads and changes them: one at a time, under its lock.</summary>
internal sealed class StoredClients(NpgsqlDataSource source, ClientDirectory directory, AuditTrail audit, ProviderIdentity provider, TimeProvider clock)
{
    private const string Api = "api";

    private const string Columns = """
        definition::text as definition, source, changed_at, registered_at,
        '"' || encode(sha256(convert_to(source || definition::text, 'UTF8')), 'hex') || '"' as etag
        """;

    private const string AllSql = $"""select {Columns} from openid.client where provider = @provider order by client_id collate "C" """;
    private const string FindSql = $"select {Columns} from openid.client where provider = @provider and client_id = @clientId";
    private const string LockSql = FindSql + " for update";

    // Not over one that has come into being meanwhile.
    private const string InsertSql = """
        insert into openid.client (provider, client_id, definition, source, changed_at, registered_at)
        values (@provider, @clientId, @definition::jsonb, 'door', @now, @now) on conflict (provider, client_id) do nothing
        """;

    private const string UpdateSql = """
        update openid.client set definition = @definition::jsonb, changed_at = @now where provider = @provider and client_id = @clientId
        """;

    private sealed record Row
    {
        public string Definition { get; init; } = "";
        public string Source { get; init; } = "";
        public DateTimeOffset ChangedAt { get; init; }
        public DateTimeOffset? RegisteredAt { get; init; }
        public string Etag { get; init; } = "";

        public StoredClient ToStored() => new(ClientJson.ReadKept(Definition) with { RegisteredAt = RegisteredAt }, Source, ChangedAt, Etag);
    }

    /// <param name="Client">What it shall become; null with what is wrong.</param>
    internal sealed record Wish(OpenIdClient? Client, string? Secret = null)
    {
        public ChangeClientOutcome? Otherwise { get; init; }
    }

    public async Task<IReadOnlyList<StoredClient>> AllAsync(string caller, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(AllSql, new { provider = provider.Name }, cancellationToken: ct));
        await audit.WriteAsync(connection, Line("openid.clients-listed", caller, null), ct);
        return [.. rows.Select(r => r.ToStored())];
    }

    public async Task<StoredClient?> FindAsync(string caller, string clientId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(FindSql, new { provider = provider.Name, clientId },
            cancellationToken: ct));
        await audit.WriteAsync(connection, Line("openid.client-read", caller, clientId), ct);
        return row?.ToStored();
    }

    /// <param name="act">For the audit trail.</param>
    /// <param name="change">What is to become of the client that stands there; null stands for none.</param>
    /// <param name="by">By which way: api or command.</param>
    public async Task<ChangeClientOutcome> ChangeAsync(string caller, string clientId, string act, Precondition precondition,
        Func<StoredClient?, Wish> change, CancellationToken ct, string by = Api)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await LockAsync(connection, clientId, ct);
        if (Obstacle(before, precondition) is { } obstacle) return obstacle;
        var wish = change(before);
        if (wish.Client is not { } client) return wish.Otherwise!;
        var values = new { provider = provider.Name, clientId, definition = ClientJson.Write(client), now = clock.GetUtcNow() };
        if (await connection.ExecuteAsync(new CommandDefinition(before is null ? InsertSql : UpdateSql, values, cancellationToken: ct)) == 0)
            return new ChangeClientOutcome.Stale();
        await audit.WriteAsync(connection, Line(act, caller, clientId, by), ct);
        var after = await LockAsync(connection, clientId, ct);
        await transaction.CommitAsync(ct);
        await directory.TellAsync(connection, ct);
        return new ChangeClientOutcome.Saved(after!, before is null, wish.Secret);
    }

    public async Task<ChangeClientOutcome> RemoveAsync(string caller, string clientId, Precondition precondition, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await LockAsync(connection, clientId, ct);
        if (before is null) return new ChangeClientOutcome.NoSuchClient();
        if (Obstacle(before, precondition) is { } obstacle) return obstacle;
        await directory.RemoveAsync(connection, [clientId], caller, ct);
        await transaction.CommitAsync(ct);
        await directory.TellAsync(connection, ct);
        return new ChangeClientOutcome.Removed();
    }

    private static ChangeClientOutcome? Obstacle(StoredClient? before, Precondition precondition) =>
        !precondition.Holds(before) ? new ChangeClientOutcome.Stale()
        : before?.Source == "file" ? new ChangeClientOutcome.OfTheFile()
        : before is not null && !precondition.IsGiven ? new ChangeClientOutcome.Unconditional()
        : null;

    private async Task<StoredClient?> LockAsync(NpgsqlConnection connection, string clientId, CancellationToken ct) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(LockSql, new { provider = provider.Name, clientId },
            cancellationToken: ct)))?.ToStored();

    private AuditLine Line(string act, string caller, string? clientId, string by = Api) =>
        new(act, caller, clientId, Details: new { provider = provider.Name, by });
}
