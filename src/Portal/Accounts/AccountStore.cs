using Aupd.Kernel.Secrets;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.Accounts;

/// <summary>Where UserManager keeps accounts. Scoped. Between <see cref="Join"/> and its end everything runs on the caller's connection, so
/// that a change, its fact, its audit line and the end of sessions are one transaction.</summary>
/// <remarks>No lock-out store: Identity's counter would let a stranger lock an account; see docs/decisions/0011-lock-out.md.</remarks>
internal sealed partial class AccountStore(NpgsqlDataSource source, Sealer sealer, TimeProvider clock)
    : IUserPasswordStore<PortalAccount>, IUserSecurityStampStore<PortalAccount>
{
    private NpgsqlConnection? _joined;

    private const string InsertSql = $"""
        insert into portal.account ({AccountRow.Columns})
        values (@Id, @LastName, @FirstName, @MiddleName, @NameKey, @SnilsState, @SnilsSealed, @SnilsIndex, @PhoneSealed, @PhoneIndex,
                @EmailSealed, @EmailIndex, @BirthDateSealed, @Login, @LoginKey, @PasswordHash, @SecurityStamp, @MadeFromRecordId,
                @CreatedAt, @DisabledAt, @Version)
        """;

    private const string UpdateSql = """
        update portal.account set last_name = @LastName, first_name = @FirstName, middle_name = @MiddleName, name_key = @NameKey,
               snils_state = @SnilsState, snils_sealed = @SnilsSealed, snils_index = @SnilsIndex,
               phone_sealed = @PhoneSealed, phone_index = @PhoneIndex, email_sealed = @EmailSealed, email_index = @EmailIndex,
               birth_date_sealed = @BirthDateSealed, login = @Login, login_key = @LoginKey,
               password_hash = @PasswordHash, security_stamp = @SecurityStamp, disabled_at = @DisabledAt, version = version + 1
         where id = @Id and version = @Version
        """;

    /// <summary>Until disposed, this store works on the given connection and in its transaction.</summary>
    public IDisposable Join(NpgsqlConnection connection)
    {
        if (_joined is not null) throw new InvalidOperationException("The account store works in another transaction already.");
        _joined = connection;
        return new Leave(this);
    }

    public async Task<PortalAccount?> FindAsync(Guid id, CancellationToken ct) =>
        (await RunAsync(c => c.QueryFirstOrDefaultAsync<AccountRow>(
            new CommandDefinition($"select {AccountRow.Columns} from portal.account where id = @id", new { id }, cancellationToken: ct)), ct))
        ?.Open(sealer);

    /// <summary>Also locks the row until the end of the joined transaction: changes of one account follow one another.</summary>
    public async Task<PortalAccount?> FindForChangeAsync(Guid id, CancellationToken ct)
    {
        var connection = _joined ?? throw new InvalidOperationException("A row is locked within a transaction only.");
        return (await connection.QueryFirstOrDefaultAsync<AccountRow>(new CommandDefinition(
            $"select {AccountRow.Columns} from portal.account where id = @id for update", new { id }, cancellationToken: ct)))
            ?.Open(sealer);
    }

    public Task<PortalAccount?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParseExact(userId, "D", out var id) ? FindAsync(id, cancellationToken) : Task.FromResult<PortalAccount?>(null);

    /// <summary>By login.</summary>
    public async Task<PortalAccount?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        !LoginText.IsLogin(normalizedUserName) ? null : (await RunAsync(c => c.QueryFirstOrDefaultAsync<AccountRow>(
            new CommandDefinition($"select {AccountRow.Columns} from portal.account where login_key = @key",
                new { key = LoginText.Key(normalizedUserName) }, cancellationToken: cancellationToken)), cancellationToken))?.Open(sealer);

    /// <summary>An identifier that another account has is an error whose code is the identifier: phone, email, snils, login,
    /// record.</summary>
    public async Task<IdentityResult> CreateAsync(PortalAccount user, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(c => c.ExecuteAsync(
                new CommandDefinition(InsertSql, AccountRow.From(user, sealer), cancellationToken: cancellationToken)), cancellationToken);
            return IdentityResult.Success;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation) { return Taken(e); }
    }

    public async Task<IdentityResult> UpdateAsync(PortalAccount user, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await RunAsync(c => c.ExecuteAsync(
                new CommandDefinition(UpdateSql, AccountRow.From(user, sealer), cancellationToken: cancellationToken)), cancellationToken);
            if (rows == 0) return IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());
            user.Version++;
            return IdentityResult.Success;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation) { return Taken(e); }
    }

    /// <summary>Accounts are disabled, never deleted: their ids stand in grants and in the trail.</summary>
    public Task<IdentityResult> DeleteAsync(PortalAccount user, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Accounts are disabled, not deleted.");

    public Task<string> GetUserIdAsync(PortalAccount user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());
    public Task<string?> GetUserNameAsync(PortalAccount user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Login ?? user.Id.ToString());
    public Task<string?> GetNormalizedUserNameAsync(PortalAccount user, CancellationToken cancellationToken) =>
        GetUserNameAsync(user, cancellationToken);
    // The key is made from the login when the row is written.
    public Task SetNormalizedUserNameAsync(PortalAccount user, string? normalizedName, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task SetUserNameAsync(PortalAccount user, string? userName, CancellationToken cancellationToken)
    {
        user.Login = userName;
        return Task.CompletedTask;
    }

    public Task SetPasswordHashAsync(PortalAccount user, string? passwordHash, CancellationToken cancellationToken)
    {
        user.PasswordHash = passwordHash;
        return Task.CompletedTask;
    }

    public Task<string?> GetPasswordHashAsync(PortalAccount user, CancellationToken cancellationToken) =>
        Task.FromResult(user.PasswordHash);
    public Task<bool> HasPasswordAsync(PortalAccount user, CancellationToken cancellationToken) =>
        Task.FromResult(user.PasswordHash is not null);

    public Task SetSecurityStampAsync(PortalAccount user, string stamp, CancellationToken cancellationToken)
    {
        user.SecurityStamp = stamp;
        return Task.CompletedTask;
    }

    public Task<string?> GetSecurityStampAsync(PortalAccount user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.SecurityStamp);

    public void Dispose() { }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken ct)
    {
        if (_joined is not null) return await work(_joined);
        await using var connection = await source.OpenConnectionAsync(ct);
        return await work(connection);
    }

    private static IdentityResult Taken(PostgresException e) => IdentityResult.Failed(new IdentityError
    {
        Code = e.ConstraintName switch
        {
            "account_phone" => "phone", "account_email" => "email", "account_login" => "login", "account_snils_confirmed" => "snils",
            "account_made_from" => "record", _ => "id",
        },
        Description = "Another account has it.",
    });

    private sealed class Leave(AccountStore store) : IDisposable
    {
        public void Dispose() => store._joined = null;
    }
}
