using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.Portal.Flows;

/// <summary>A begun flow of one browser.</summary>
/// <param name="Id">Hash of the secret in the cookie; codes are bound to it.</param>
/// <param name="AccountId">The account it ended with, once finished.</param>
internal sealed record Flow<TState>(byte[] Id, int Version, TState State, bool IsFinished, Guid? AccountId);

/// <summary>Half-done flows: personal data sealed on the server, a random id in the browser. Each kind is a namespace of its own, in the
/// database, in the sealing and in the cookie, so that a flow of one kind is none of another.</summary>
internal sealed class FlowStore(NpgsqlDataSource source, Sealer sealer, SiteIdentity site, FlowSettings settings, TimeProvider clock)
{
    private const int SecretLength = 32;

    private const string StartSql = """
        insert into portal.flow (id, kind, state_sealed, created_at, expires_at) values (@id, @kind, @state, @now, @expires)
        """;

    private const string FindSql = """
        select version, state_sealed, finished_at is not null as is_finished, account_id from portal.flow
         where kind = @kind and id = @id and expires_at > @now
        """;

    private const string SaveSql = """
        update portal.flow set state_sealed = @state, version = version + 1
         where kind = @kind and id = @id and version = @version and finished_at is null and expires_at > @now
        """;

    // Check and mark at once: of thirty racing finishes one gets the row.
    private const string FinishSql = """
        update portal.flow set finished_at = @now, account_id = @accountId, state_sealed = @state
         where kind = @kind and id = @id and version = @version and finished_at is null and expires_at > @now
        """;

    private const string ReopenSql = """
        update portal.flow set finished_at = null, account_id = null, state_sealed = @state where kind = @kind and id = @id and version = @version
        """;

    private sealed record Row(int Version, byte[] StateSealed, bool IsFinished, Guid? AccountId);

    /// <summary>Begins a flow and gives its secret to the browser; an earlier one of this kind is left behind.</summary>
    public async Task<Flow<TState>> StartAsync<TState>(HttpContext http, string kind, TState state, CancellationToken ct)
    {
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretLength));
        var id = SHA256.HashData(Encoding.ASCII.GetBytes(secret));
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(StartSql,
            new { id, kind, state = SealState(kind, state), now, expires = now.AddSeconds(settings.LifetimeSeconds) }, cancellationToken: ct));
        http.Response.Cookies.Append(site.CookieName(kind), secret, CookieOptions());
        return new Flow<TState>(id, 1, state, IsFinished: false, AccountId: null);
    }

    /// <summary>The flow of this browser; null when there is none or it has expired.</summary>
    public async Task<Flow<TState>?> FindAsync<TState>(HttpContext http, string kind, CancellationToken ct)
    {
        if (http.Request.Cookies[site.CookieName(kind)] is not { Length: SecretLength * 2 } secret || !secret.All(char.IsAsciiHexDigitLower)) return null;
        var id = SHA256.HashData(Encoding.ASCII.GetBytes(secret));
        await using var connection = await source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(FindSql, new { kind, id, now = clock.GetUtcNow() }, cancellationToken: ct));
        return row is null ? null : new Flow<TState>(id, row.Version, OpenState<TState>(kind, row.StateSealed), row.IsFinished, row.AccountId);
    }

    /// <summary>Keeps a new state; false when another request of this browser was quicker, or the flow is over.</summary>
    public async Task<bool> SaveAsync<TState>(NpgsqlConnection connection, string kind, Flow<TState> flow, TState state, CancellationToken ct) =>
        await connection.ExecuteAsync(new CommandDefinition(SaveSql,
            new { kind, id = flow.Id, version = flow.Version, state = SealState(kind, state), now = clock.GetUtcNow() }, cancellationToken: ct)) == 1;

    public async Task<bool> SaveAsync<TState>(string kind, Flow<TState> flow, TState state, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await SaveAsync(connection, kind, flow, state, ct);
    }

    /// <summary>Ends the flow; false when it had ended already. What stays of it is <paramref name="rest"/>: no personal data.</summary>
    public Task<bool> FinishAsync<TState>(string kind, Flow<TState> flow, TState rest, Guid accountId, CancellationToken ct) =>
        ChangeAsync(FinishSql, kind, flow, rest, accountId, ct);

    /// <summary>Undoes <see cref="FinishAsync"/>, where what the flow was finished for could not be done after all.</summary>
    public Task ReopenAsync<TState>(string kind, Flow<TState> flow, CancellationToken ct) => ChangeAsync(ReopenSql, kind, flow, flow.State, null, ct);

    private async Task<bool> ChangeAsync<TState>(string sql, string kind, Flow<TState> flow, TState state, Guid? accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(sql,
            new { kind, id = flow.Id, version = flow.Version, accountId, state = SealState(kind, state), now = clock.GetUtcNow() }, cancellationToken: ct)) == 1;
    }

    private byte[] SealState<TState>(string kind, TState state) => sealer.SealText("portal/flow/" + kind, JsonSerializer.Serialize(state))!;

    private TState OpenState<TState>(string kind, byte[] stateSealed) =>
        JsonSerializer.Deserialize<TState>(sealer.OpenText("portal/flow/" + kind, stateSealed)!)!;

    private CookieOptions CookieOptions() => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", Secure = site.IsHttps, IsEssential = true };
}
