using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Aupd.OpenId.Protocol;

/// <summary>Kinds of messages that are good once. One kind's jti never meets another's.</summary>
internal enum ReplayKind
{
    /// <summary>private_key_jwt (RFC 7523 §3); issued by the client.</summary>
    ClientAssertion = 1,
    /// <summary>RFC 9449 §11.1; the issuer is the thumbprint of its key.</summary>
    DpopProof = 2,
    /// <summary>RFC 9101; issued by the client.</summary>
    RequestObject = 3,
}

/// <summary>Remembers, for all nodes and over restarts, which signed messages have been used, for as long as they would be good.</summary>
internal sealed class ReplayStore(NpgsqlDataSource source, ProviderIdentity provider, TimeProvider clock)
{
    /// <summary>Longest jti, in UTF-16 units; a random one of 256 bits has 43.</summary>
    public const int MaxIdLength = 256;
    /// <summary>The longest time for which a message may be good; the partitions of the table are made for it.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(1);

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    // The key decides between racing requests. A jti that comes again with another expiry is a used one too, so all hours that may still
    // hold it are looked into.
    private const string Sql = """
        insert into openid.replay (use_hash, expires_at)
        select $1::bytea, $2::timestamptz
         where not exists (select from openid.replay where use_hash = $1 and expires_at > $3 and expires_at <> $2)
        on conflict do nothing
        """;

    /// <summary>True for the first use and for no other, however many ask at the same time on however many nodes. False also for a message
    /// that has expired, is good for longer than <see cref="MaxLifetime"/> (and two minutes of clocks that differ), or whose jti is empty or longer than
    /// <see cref="MaxIdLength"/>.</summary>
    /// <param name="issuer">Who made the message: each may use the same jti.</param>
    /// <param name="expiresAt">From when on the message is refused for its age anyway, tolerance included.</param>
    public async Task<bool> TryUseAsync(ReplayKind kind, string issuer, string id, DateTimeOffset expiresAt, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (id.Length is 0 or > MaxIdLength || expiresAt <= now || expiresAt > now + MaxLifetime + Skew) return false;
        await using var command = source.CreateCommand(Sql);
        command.Add(Hash(kind, issuer, id)).Add(WholeHour(expiresAt)).Add(now);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    // A use before fails the insert, by the key or (with another expiry) by the missing value, and with it the batch it stands in.
    private const string GuardSql = """
        insert into openid.replay (use_hash, expires_at)
        select $1::bytea, case when exists (select from openid.replay where use_hash = $1 and expires_at > $3 and expires_at <> $2) then null
                               else $2::timestamptz end
        """;

    /// <summary>The same as <see cref="TryUseAsync"/> for a statement that acts on the message: put before it into one batch, it lets the
    /// batch fail by <see cref="IsUsed"/> when the message was used before. One round trip for both.</summary>
    /// <exception cref="ArgumentException">The jti or the expiry is none that <see cref="TryUseAsync"/> would take.</exception>
    public NpgsqlBatchCommand Guard(ReplayKind kind, string issuer, string id, DateTimeOffset expiresAt)
    {
        var now = clock.GetUtcNow();
        if (id.Length is 0 or > MaxIdLength || expiresAt <= now || expiresAt > now + MaxLifetime + Skew)
            throw new ArgumentException("Check the jti and the age of a message first.", nameof(expiresAt));
        return new NpgsqlBatchCommand(GuardSql).Add(Hash(kind, issuer, id)).Add(WholeHour(expiresAt)).Add(now);
    }

    /// <summary>Did a batch fail because its guard found the message used?</summary>
    public static bool IsUsed(PostgresException e) =>
        e is { SchemaName: "openid", SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.NotNullViolation }
        && e.TableName?.StartsWith("replay", StringComparison.Ordinal) == true;

    // Each part behind its length, so that no two lists of parts are one text.
    private byte[] Hash(ReplayKind kind, string issuer, string id)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (ReadOnlySpan<string>)[provider.Name, kind.ToString(), issuer, id])
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return hash.GetHashAndReset();
    }

    private static DateTimeOffset WholeHour(DateTimeOffset time)
    {
        var rest = time.UtcTicks % TimeSpan.TicksPerHour;
        return new DateTimeOffset(rest == 0 ? time.UtcTicks : time.UtcTicks - rest + TimeSpan.TicksPerHour, TimeSpan.Zero);
    }
}
