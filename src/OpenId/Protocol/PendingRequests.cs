using System.Text.Json;
using Aupd.Kernel.Data;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.Push;
using Npgsql;
using NpgsqlTypes;

namespace Aupd.OpenId.Protocol;

/// <summary>A request of the browser that waits for a person; kept as it came, so that every check runs again when it goes on.</summary>
internal sealed record PendingRequest(RequestParameters Parameters, DateTimeOffset AskedAt, bool SelectionShown)
{
    /// <summary>The pushed request that it came from.</summary>
    public PushedReference? Pushed { get; init; }
}

/// <summary>Keeps requests in the database, sealed, so that any node can go on with them. What is kept is no secret of the browser that
/// sent it and says nothing of a person: whoever resumes it is asked who they are.</summary>
internal sealed class PendingRequests(HotPath hot, Sealer sealer, ProviderIdentity provider, OpenIdSettings settings,
    TimeProvider clock)
{
    private const string InsertSql = """
        insert into openid.authorization_request (id, provider, kind, parameters_sealed, asked_at, selection_shown, expires_at,
                                                  pushed_id, pushed_expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private const string ReadSql = """
        select parameters_sealed, asked_at, selection_shown, pushed_id, pushed_expires_at from openid.authorization_request
         where id = $1 and expires_at = $2 and expires_at > $3 and provider = $4 and kind = $5
        """;

    private const string MarkSql = "update openid.authorization_request set selection_shown = true where id = $1 and expires_at = $2";

    /// <summary>A name for a request, to be kept by <see cref="KeepAsync"/> if it has to wait.</summary>
    public Handle NewId() => Handle.New(clock.GetUtcNow(), TimeSpan.FromSeconds(settings.RequestLifetimeSeconds));

    /// <param name="kind"><c>authorize</c> or <c>logout</c>: one cannot be resumed as the other.</param>
    public async Task KeepAsync(Handle id, string kind, PendingRequest request, CancellationToken ct)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(request.Parameters.All);
        await using var command = hot.Source.CreateCommand(InsertSql);
        command.Add(id.Hash).Add(provider.Name).Add(kind).Add(sealer.Seal(SealPurpose(kind), plain)).Add(request.AskedAt)
            .Add(request.SelectionShown).Add(id.ExpiresAt);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)request.Pushed?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter
            { Value = (object?)request.Pushed?.ExpiresAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Null when there is none, or no longer.</summary>
    public async Task<PendingRequest?> FindAsync(Handle? id, string kind, CancellationToken ct)
    {
        if (id is null) return null;
        await using var command = hot.Source.CreateCommand(ReadSql);
        command.Add(id.Hash).Add(id.ExpiresAt).Add(clock.GetUtcNow()).Add(provider.Name).Add(kind);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        var plain = sealer.Open(SealPurpose(kind), reader.GetFieldValue<byte[]>(0));
        var parameters = JsonSerializer.Deserialize<Dictionary<string, string>>(plain)!;
        return new PendingRequest(RequestParameters.Of(parameters), reader.GetFieldValue<DateTimeOffset>(1), reader.GetBoolean(2))
        {
            Pushed = reader.IsDBNull(3) ? null
                : new PushedReference(reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<DateTimeOffset>(4)),
        };
    }

    public async Task MarkSelectionShownAsync(Handle id, CancellationToken ct)
    {
        await using var command = hot.Source.CreateCommand(MarkSql);
        command.Add(id.Hash).Add(id.ExpiresAt);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string SealPurpose(string kind) => "openid.request." + kind;
}
