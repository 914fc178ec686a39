using System.Net;
using System.Text;
using Aupd.Kernel.Http;
using Aupd.Kernel.Jose;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Accounts;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Portal.Events;

/// <summary>A changed password on its way to the school's computers: sealed while it waits here, encrypted to the school's key when it leaves, wiped
/// when the school has it, when the next one comes, or after a term.</summary>
internal sealed partial class PasswordForSchool(
    NpgsqlDataSource source, Sealer sealer, IHttpClientFactory http, SiteAddresses addresses, TimeProvider clock, ILogger<PasswordForSchool> log)
{
    private const string SealPurpose = "password-for-school";
    /// <summary>Longer than the event that carries it is tried.</summary>
    private static readonly TimeSpan Term = TimeSpan.FromHours(72);
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private volatile Tuple<Jwk, DateTimeOffset>? _key;

    // The row refers to the account's, which a change of the password has locked: the insert waits for it, and the second statement sees what came of it.
    private const string NoteSql = """
        insert into portal.at_school (account_id, since) values (@accountId, @now) on conflict do nothing;
        select security_stamp = @securityStamp from portal.account where id = @accountId
        """;

    private const string KeepSql = """
        with older as (delete from portal.password_for_school where account_id = @accountId)
        insert into portal.password_for_school (change_id, account_id, password_sealed, expires_at)
        select @changeId, @accountId, @password, @expires
         where exists (select from portal.account where id = @accountId and login is not null) or exists (select from portal.at_school where account_id = @accountId)
        """;

    private const string ReadSql = "select password_sealed from portal.password_for_school where change_id = @changeId and expires_at > @now";
    private const string ForgetSql = "delete from portal.password_for_school where change_id = @changeId";

    /// <summary>The school has had the person's password confirmed: it activates him. False when it was changed meanwhile, by whoever did not know of the
    /// school yet: such a change carries no password.</summary>
    public async Task<bool> NoteAsync(PortalAccount account, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(NoteSql,
            new { accountId = account.Id, account.SecurityStamp, now = clock.GetUtcNow() }, cancellationToken: ct));
    }

    /// <summary>In the transaction that changes the password.</summary>
    public Task KeepAsync(NpgsqlConnection connection, Guid accountId, Guid changeId, string password, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(KeepSql, new
        {
            accountId, changeId, password = sealer.Seal(SealPurpose, Encoding.UTF8.GetBytes(password)), expires = clock.GetUtcNow() + Term,
        }, cancellationToken: ct));

    /// <summary>The password of that change, encrypted to the school's key; null when there is none, or the school wants none.</summary>
    /// <exception cref="HttpRequestException">The school cannot be asked for its key: try again later.</exception>
    public async Task<string?> EncryptAsync(Guid changeId, Guid accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var kept = await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(ReadSql, new { changeId, now = clock.GetUtcNow() }, cancellationToken: ct));
        if (kept is null || await KeyAsync(ct) is not { } key) return null;
        return Jwe.Encrypt(key, SealedPassword.Write(accountId.ToString(), Encoding.UTF8.GetString(sealer.Open(SealPurpose, kept))));
    }

    public async Task ForgetAsync(Guid changeId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(ForgetSql, new { changeId }, cancellationToken: ct));
    }

    private async Task<Jwk?> KeyAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (_key is { } kept && (now - kept.Item2).Duration() < Fresh) return kept.Item1;
        using var client = http.CreateClient(TellSchool.HttpClientName);
        using var response = await client.GetAsync(new Uri(addresses.School + "/workplace/keys"), ct);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        if ((int)response.StatusCode >= 500) throw new HttpRequestException($"The school answered {(int)response.StatusCode} when asked for its key for passwords.");
        // Another's gateway may know nothing of this: the event itself must reach it all the same.
        if (!response.IsSuccessStatusCode || SealedPassword.KeyOf(await response.Content.ReadAsByteArrayAsync(ct)) is not { } key)
        {
            NoKey(log, (int)response.StatusCode);
            return null;
        }
        _key = Tuple.Create(key, now);
        return key;
    }

    [LoggerMessage(EventId = 3021, Level = LogLevel.Warning, Message = "The school names no key for passwords that can be used (HTTP {Status}): a changed password is not handed over")]
    private static partial void NoKey(ILogger logger, int status);
}
