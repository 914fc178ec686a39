using Aupd.Kernel.Secrets;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Device;

/// <summary>A device that waits for a person.</summary>
/// <param name="Label">What it says of itself ("Chrome, Android"); empty when nothing is known.</param>
/// <param name="Network">Where it asked from, see <see cref="Kernel.Http.AddressPrefix"/>.</param>
/// <param name="Allowed">The person's answer; null while there is none.</param>
/// <param name="DecidedIn">The session of whoever answered.</param>
internal sealed record WaitingDevice(
    string ClientId, IReadOnlyList<string> Scopes, DateTimeOffset AskedAt, string Label, string Network, bool? Allowed, string? DecidedIn);

/// <summary>Keeps what devices ask for until a person has answered or the time is over. Codes are kept as hashes.</summary>
internal sealed class DeviceAuthorizations(NpgsqlDataSource source, Sealer sealer, ProviderIdentity provider, OpenIdSettings settings,
    TimeProvider clock)
{
    private const int Tries = 5;

    // Two codes of the same letters at one time are as good as impossible; that the person would meet the wrong device is impossible.
    private const string KeepSql = """
        insert into openid.device_authorization (device_code_hash, user_code_index, provider, client_id, scopes, asked_at, device, network,
                                                 poll_seconds, grant_id, expires_at)
        select $1::bytea, $2::bytea, $3::text, $4::text, $5::text[], $6::timestamptz, $7::text, $8::text, $9::int, $10::uuid, $11::timestamptz
         where not exists (select 1 from openid.device_authorization where user_code_index = $2 and provider = $3 and expires_at > $6)
        """;

    private const string FindSql = """
        select client_id, scopes, asked_at, device, network, allowed, session_id from openid.device_authorization
         where user_code_index = $1 and provider = $2 and expires_at > $3 and spent_at is null
        """;

    private const string DecideSql = """
        update openid.device_authorization set decided_at = $4, allowed = $5, subject = $6, session_id = $7, context = $8,
               authenticated_at = $9, methods = $10, grant_until = $11, needs_consent = $12
         where user_code_index = $1 and provider = $2 and client_id = $3 and expires_at > $4 and decided_at is null and spent_at is null
        """;

    public async Task<(Handle DeviceCode, UserCode UserCode)> KeepAsync(OpenIdClient client, IReadOnlyList<string> scopes, string label,
        string network, CancellationToken ct)
    {
        for (var tries = Tries; tries > 0; tries--)
        {
            var now = clock.GetUtcNow();
            var (code, user) = (Handle.New(now, TimeSpan.FromSeconds(settings.DeviceCodeLifetimeSeconds)), UserCode.New());
            await using var command = source.CreateCommand(KeepSql);
            command.Add(code.Hash).Add(Index(user)).Add(provider.Name).Add(client.ClientId).Add(scopes.ToArray()).Add(now).Add(label)
                .Add(network).Add(settings.DevicePollSeconds).Add(Guid.CreateVersion7(now)).Add(code.ExpiresAt);
            if (await command.ExecuteNonQueryAsync(ct) == 1) return (code, user);
        }
        throw new InvalidOperationException($"{Tries} new user codes were all in use: their letters are not random.");
    }

    /// <summary>Null for a code that is unknown, has run out, or whose device has got its tokens.</summary>
    public async Task<WaitingDevice?> FindAsync(UserCode code, CancellationToken ct)
    {
        await using var command = source.CreateCommand(FindSql);
        command.Add(Index(code)).Add(provider.Name).Add(clock.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new WaitingDevice(reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetString(3), reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetBoolean(5), reader.TextOrNull(6))
            : null;
    }

    /// <summary>Writes the person's answer down, the first one alone; false when there is one, or the time is over.</summary>
    /// <param name="until">The grant may not outlast this moment; null: no such limit.</param>
    public async Task<bool> DecideAsync(UserCode code, OpenIdClient client, bool allowed, EndUserSession session, DateTimeOffset? until,
        CancellationToken ct)
    {
        await using var command = source.CreateCommand(DecideSql);
        command.Add(Index(code)).Add(provider.Name).Add(client.ClientId).Add(clock.GetUtcNow()).Add(allowed).Add(session.Subject)
            .Add(session.SessionId).AddText(session.Context).Add(session.AuthenticatedAt.ToUniversalTime()).Add(session.Methods.ToArray())
            .AddTime(until).Add(client.ThirdParty);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private byte[] Index(UserCode code) => sealer.Index("openid.user-code", code.Value);
}
