using System.Collections.Concurrent;
using System.Text;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Jose;
using Aupd.Kernel.Secrets;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Passwords;

/// <summary>The keys that passwords are encrypted to: made at first need, replaced after a term, kept until nothing can wait under them any more. The
/// private part lies sealed in the database, and is opened by the worker alone.</summary>
internal sealed class PasswordKeys(NpgsqlDataSource source, Sealer sealer, PasswordSettings settings, AuditTrail audit, TimeProvider clock)
{
    private const string SealPurpose = "workplace-password-key";
    /// <summary>How long a node encrypts to a key without looking whether there is a newer one. A replaced key reads on for days.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    private const string NewestSql = "select public_jwk from workplace.password_key where made_at > @since order by made_at desc, kid limit 1";
    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('workplace.password_key', 0))";
    private const string AddSql = "insert into workplace.password_key (kid, public_jwk, private_sealed, made_at) values (@kid, @publicJwk, @privateSealed, @now)";
    private const string PrivateSql = "select private_sealed from workplace.password_key where kid = @kid";

    // Every message under it has expired.
    private const string ForgetSql = "delete from workplace.password_key where made_at < @now::timestamptz - make_interval(days => @keyDays, hours => @waitHours) - interval '1 day'";

    private readonly ConcurrentDictionary<string, Jwk> _private = new(StringComparer.Ordinal);
    private volatile Tuple<Jwk, DateTimeOffset>? _current;

    /// <summary>The key to encrypt to; public part alone.</summary>
    public async ValueTask<Jwk> CurrentAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (_current is { } kept && (now - kept.Item2).Duration() < Fresh) return kept.Item1;
        var since = now.AddDays(-settings.KeyDays);
        await using var connection = await source.OpenConnectionAsync(ct);
        var key = await NewestAsync(connection, since, ct) ?? await MakeAsync(connection, since, now, ct);
        _current = Tuple.Create(key, now);
        return key;
    }

    /// <summary>Opens a message; null when its key is gone or it was altered.</summary>
    public async Task<byte[]?> OpenAsync(NpgsqlConnection connection, string message, CancellationToken ct)
    {
        if (Jwe.KidOf(message) is not { } kid) return null;
        if (!_private.TryGetValue(kid, out var key))
        {
            if (await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(PrivateSql, new { kid }, cancellationToken: ct)) is not { } bytes) return null;
            key = Jwk.TryParse(Encoding.UTF8.GetString(sealer.Open(SealPurpose, bytes)), out _);
            if (key is null) return null;
            _private[kid] = key;
        }
        return Jwe.Decrypt(key, message);
    }

    public async Task ForgetOldAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(ForgetSql, new { now = clock.GetUtcNow(), settings.KeyDays, settings.WaitHours }, cancellationToken: ct));
    }

    private static async Task<Jwk?> NewestAsync(NpgsqlConnection connection, DateTimeOffset since, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition(NewestSql, new { since }, cancellationToken: ct)) is { } json ? Jwk.TryParse(json, out _) : null;

    // Under a lock: nodes that start together make one key and not two.
    private async Task<Jwk> MakeAsync(NpgsqlConnection connection, DateTimeOffset since, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(LockSql, cancellationToken: ct));
        if (await NewestAsync(connection, since, ct) is { } made) return made;
        var key = Jwe.NewKey();
        await connection.ExecuteAsync(new CommandDefinition(AddSql, new
        {
            kid = key.Kid, publicJwk = key.ToPublic().ToJson(), privateSealed = sealer.Seal(SealPurpose, Encoding.UTF8.GetBytes(key.ToJson(withPrivatePart: true))), now,
        }, cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("workplace.password-key-made", "system", key.Kid), ct);
        await transaction.CommitAsync(ct);
        return key.ToPublic();
    }
}
