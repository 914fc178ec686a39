using System.Security.Cryptography;
using Aupd.Kernel.Jose;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.Doors;
using Dapper;
using Npgsql;

namespace Aupd.OpenId.Keys;

/// <summary>Signing keys in PostgreSQL. Every change is made under one advisory lock per provider, so that nodes that start together
/// make one key and not two.</summary>
internal sealed class SigningKeyStore(
    NpgsqlDataSource source, Sealer sealer, ProviderIdentity provider, OpenIdSettings settings, NewSigningKey newKey)
{
    /// <summary>Channel on which a change is told; the payload is the provider's name.</summary>
    public const string Channel = "aupd_openid_key";
    private const string SealPurpose = "signing-key";
    /// <summary>Also the time for which a withdrawn key is still believed by a relying party that caches, in seconds.</summary>
    private const int JwksMaxAgeSeconds = 600;

    /// <summary>How long a key that has left the JWKS document still verifies an id_token_hint at sign-out, in days.</summary>
    private const int HintDays = 90;

    private const string ReadSql = """
        select kid, alg, public_jwk, private_sealed, active_from, published_until
          from openid.signing_key where provider = @provider order by active_from, kid
        """;

    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('openid.signing_key/' || @provider, 0))";

    private const string InsertSql = """
        insert into openid.signing_key (provider, kid, alg, public_jwk, private_sealed, created_at, active_from)
        values (@provider, @kid, @alg, @publicJwk, @privateSealed, @now, @activeFrom)
        """;

    private const string RetireSql = """
        update openid.signing_key set published_until = @publishedUntil
         where provider = @provider and alg = @alg and kid <> @kid and published_until is null
        """;

    private const string WithdrawSql = """
        delete from openid.signing_key where provider = @provider and alg = @alg and kid <> @kid
        """;

    // A private key that signs no more is a risk and no use. The hour is for nodes whose clocks differ.
    private const string CleanSql = """
        update openid.signing_key k set private_sealed = null
         where provider = @provider and private_sealed is not null and exists (
               select from openid.signing_key n where n.provider = k.provider and n.alg = k.alg
                  and n.active_from > k.active_from and n.active_from < @now::timestamptz - interval '1 hour');
        delete from openid.signing_key where provider = @provider and published_until < @now::timestamptz - make_interval(days => @hintDays)
        """;

    /// <param name="before">The ring read last, if any: keys that have not changed are taken from it and not unsealed again.</param>
    public async Task<KeyRing> ReadAsync(KeyRing? before, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await ReadAsync(connection, before, now, ct);
    }

    /// <summary>Lets one node at a time change the keys. What <paramref name="change"/> is given is the state under the lock.</summary>
    public async Task<KeyRing> ChangeAsync(DateTimeOffset now, Func<NpgsqlConnection, KeyRing, Task> change, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(LockSql, new { provider = provider.Name }, cancellationToken: ct));
        await change(connection, await ReadAsync(connection, null, now, ct));
        await connection.ExecuteAsync(
            new CommandDefinition(CleanSql, new { provider = provider.Name, now, hintDays = HintDays }, cancellationToken: ct));
        var ring = await ReadAsync(connection, null, now, ct);
        await connection.ExecuteAsync(new CommandDefinition("select pg_notify(@Channel, @Name)", new { Channel, provider.Name }, cancellationToken: ct));
        await transaction.CommitAsync(ct);
        return ring;
    }

    /// <summary>Adds a key that signs from <paramref name="activeFrom"/>; those before it stay published until their last token has
    /// expired, or go at once.</summary>
    public async Task<SigningKey> AddAsync(
        NpgsqlConnection connection, SignatureAlgorithm algorithm, DateTimeOffset now, DateTimeOffset activeFrom,
        bool forgetOld, CancellationToken ct)
    {
        var key = newKey(algorithm);
        // Twice the lifetime of the longest token, so that a node with a slow clock and a token signed in the last second fit in.
        var longest = Math.Max(settings.IdTokenLifetimeSeconds, settings.AccessTokenLifetimeSeconds);
        var publishedUntil = activeFrom + TimeSpan.FromSeconds(2 * longest + 600);
        await connection.ExecuteAsync(new CommandDefinition($"{InsertSql}; {(forgetOld ? WithdrawSql : RetireSql)}", new
        {
            provider = provider.Name, kid = key.Kid, alg = algorithm.Name, publicJwk = key.Public.ToJson(),
            privateSealed = sealer.Seal(SealPurpose, key.ExportPrivate()), now, activeFrom, publishedUntil,
        }, cancellationToken: ct));
        return key;
    }

    private async Task<KeyRing> ReadAsync(NpgsqlConnection connection, KeyRing? before, DateTimeOffset now, CancellationToken ct)
    {
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(ReadSql, new { provider = provider.Name }, cancellationToken: ct));
        // A key must be known to every relying party before it signs: what they may cache is a part of the time it is published ahead.
        var maxAge = Math.Min(JwksMaxAgeSeconds, settings.KeyPublishAheadHours * 3600 / 4);
        return new KeyRing(rows.Select(r => Known(r, before) ?? Open(r)).ToList(), now, maxAge);
    }

    private static RingKey? Known(Row row, KeyRing? before) =>
        before?.Find(row.Kid) is { } known && known.Private is null == row.PrivateSealed is null
            ? known with { PublishedUntil = row.PublishedUntil } : null;

    private RingKey Open(Row row)
    {
        var algorithm = SignatureAlgorithm.Find(row.Alg) ?? throw Damaged(row, $"has the unknown algorithm {row.Alg}", null);
        var open = Jwk.TryParse(row.PublicJwk, out var fault) ?? throw Damaged(row, $"is damaged: {fault}", null);
        var key = row.PrivateSealed is { } sealedBytes ? SigningKey.From(Unseal(row, sealedBytes), algorithm) : null;
        return new RingKey(row.Kid, algorithm, open, key, row.ActiveFrom, row.PublishedUntil);
    }

    private Jwk Unseal(Row row, byte[] sealedBytes)
    {
        try
        {
            return Jwk.TryParse(sealer.Open(SealPurpose, sealedBytes), out var fault) ?? throw Damaged(row, $"is damaged: {fault}", null);
        }
        catch (CryptographicException e)
        {
            throw Damaged(row, "cannot be opened with this master key (Secrets:MasterKey); start with the one it was sealed with, or delete "
                + "the rows of openid.signing_key and let all clients sign in anew", e);
        }
    }

    private SigningKeyException Damaged(Row row, string what, Exception? cause) =>
        new($"Signing key {row.Kid} of provider {provider.Name} {what}.", cause);

    private sealed record Row
    {
        public string Kid { get; init; } = "";
        public string Alg { get; init; } = "";
        public string PublicJwk { get; init; } = "";
        public byte[]? PrivateSealed { get; init; }
        public DateTimeOffset ActiveFrom { get; init; }
        public DateTimeOffset? PublishedUntil { get; init; }
    }
}
