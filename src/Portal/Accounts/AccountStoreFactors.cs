using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Identity;

namespace Aupd.Portal.Accounts;

/// <summary>What proves a person besides the password: the secret of an app, sealed; recovery codes, hashed; passkeys.</summary>
internal sealed partial class AccountStore : IUserAuthenticatorKeyStore<PortalAccount>, IUserTwoFactorRecoveryCodeStore<PortalAccount>,
    IUserPasskeyStore<PortalAccount>
{
    private const string TotpPurpose = "portal/totp";

    private const string SetKeySql = """
        insert into portal.totp (account_id, secret_sealed, last_step, created_at) values (@id, @secret, @step, @now)
        on conflict (account_id) do update set secret_sealed = @secret, last_step = @step, created_at = @now, last_used_at = null
        """;

    // A later step than any before: of thirty requests with one code the first moves the row, and the others find it moved.
    private const string SpendStepSql = "update portal.totp set last_step = @step, last_used_at = @now where account_id = @id and last_step < @step";

    private const string ReplaceCodesSql = """
        with old as (delete from portal.recovery_code where account_id = @id and code_hash <> all (@hashes))
        insert into portal.recovery_code (account_id, code_hash) select @id, unnest(@hashes)
        """;

    private const string RedeemSql = "update portal.recovery_code set spent_at = @now where account_id = @id and code_hash = @hash and spent_at is null";

    private const string PasskeySql = """
        select credential_id, account_id, public_key, name, sign_count, transports, is_backup_eligible, is_backed_up, created_at
          from portal.passkey
        """;

    private const string AddPasskeySql = """
        insert into portal.passkey (credential_id, account_id, public_key, name, sign_count, transports, is_backup_eligible, is_backed_up, created_at)
        values (@CredentialId, @AccountId, @PublicKey, @Name, @SignCount, @Transports, @IsBackupEligible, @IsBackedUp, @CreatedAt)
        on conflict (credential_id) do nothing
        """;

    private sealed record PasskeyRow
    {
        public byte[] CredentialId { get; init; } = [];
        public Guid AccountId { get; init; }
        public byte[] PublicKey { get; init; } = [];
        public string Name { get; init; } = "";
        public long SignCount { get; init; }
        public string[] Transports { get; init; } = [];
        public bool IsBackupEligible { get; init; }
        public bool IsBackedUp { get; init; }
        public DateTime CreatedAt { get; init; }

        // The counter is withheld: Identity would compare it with a reading that another sign-in may be about to change. The statement that
        // keeps the new value compares it (PasskeyProof). Attestation is neither asked for nor kept.
        public UserPasskeyInfo Open() => new(CredentialId, PublicKey, new DateTimeOffset(CreatedAt, TimeSpan.Zero), signCount: 0, Transports,
            isUserVerified: true, IsBackupEligible, IsBackedUp, attestationObject: [], clientDataJson: []) { Name = Name };
    }

    public async Task<string?> GetAuthenticatorKeyAsync(PortalAccount user, CancellationToken cancellationToken) =>
        sealer.OpenText(TotpPurpose, await RunAsync(c => c.ExecuteScalarAsync<byte[]?>(new CommandDefinition(
            "select secret_sealed from portal.totp where account_id = @Id", new { user.Id }, cancellationToken: cancellationToken)), cancellationToken));

    /// <summary>Throws: a secret without the step of its confirming code is none. See <see cref="SetTotpAsync"/>.</summary>
    public Task SetAuthenticatorKeyAsync(PortalAccount user, string key, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A secret is kept once a code of it was shown: SetTotpAsync.");

    /// <param name="step">Of the code that confirmed it, which counts as used.</param>
    public Task SetTotpAsync(Guid id, string key, long step, DateTimeOffset now, CancellationToken ct) => RunAsync(c => c.ExecuteAsync(
        new CommandDefinition(SetKeySql, new { id, secret = sealer.SealText(TotpPurpose, key), step, now }, cancellationToken: ct)), ct);

    /// <summary>False when this step, or a later one, was used before.</summary>
    public async Task<bool> SpendTotpStepAsync(Guid id, long step, DateTimeOffset now, CancellationToken ct) =>
        await RunAsync(c => c.ExecuteAsync(new CommandDefinition(SpendStepSql, new { id, step, now }, cancellationToken: ct)), ct) == 1;

    public Task ReplaceCodesAsync(PortalAccount user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        RunAsync(c => c.ExecuteAsync(new CommandDefinition(ReplaceCodesSql,
            new { id = user.Id, hashes = recoveryCodes.Select(code => CodeHash(user.Id, code)).ToArray() }, cancellationToken: cancellationToken)), cancellationToken);

    public async Task<bool> RedeemCodeAsync(PortalAccount user, string code, CancellationToken cancellationToken) =>
        await RunAsync(c => c.ExecuteAsync(new CommandDefinition(RedeemSql,
            new { id = user.Id, hash = CodeHash(user.Id, code), now = clock.GetUtcNow() }, cancellationToken: cancellationToken)), cancellationToken) == 1;

    public Task<int> CountCodesAsync(PortalAccount user, CancellationToken cancellationToken) => RunAsync(c => c.ExecuteScalarAsync<int>(
        new CommandDefinition("select count(*)::int from portal.recovery_code where account_id = @Id and spent_at is null", new { user.Id },
            cancellationToken: cancellationToken)), cancellationToken);

    /// <summary>Adds; a passkey never changes hands and is never overwritten, so that one that is there already stays as it is.</summary>
    public async Task AddOrUpdatePasskeyAsync(PortalAccount user, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        var rows = await RunAsync(c => c.ExecuteAsync(new CommandDefinition(AddPasskeySql, new PasskeyRow
        {
            CredentialId = passkey.CredentialId, AccountId = user.Id, PublicKey = passkey.PublicKey, Name = passkey.Name ?? "", SignCount = passkey.SignCount,
            Transports = passkey.Transports ?? [], IsBackupEligible = passkey.IsBackupEligible, IsBackedUp = passkey.IsBackedUp,
            CreatedAt = passkey.CreatedAt.UtcDateTime,
        }, cancellationToken: cancellationToken)), cancellationToken);
        if (rows == 0) throw new InvalidOperationException("This passkey is registered already.");
    }

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PortalAccount user, CancellationToken cancellationToken) =>
        (await RunAsync(c => c.QueryAsync<PasskeyRow>(new CommandDefinition($"{PasskeySql} where account_id = @Id order by created_at limit 100",
            new { user.Id }, cancellationToken: cancellationToken)), cancellationToken)).Select(r => r.Open()).ToList();

    public async Task<PortalAccount?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await RunAsync(c => c.ExecuteScalarAsync<Guid?>(new CommandDefinition("select account_id from portal.passkey where credential_id = @credentialId",
            new { credentialId }, cancellationToken: cancellationToken)), cancellationToken) is { } id ? await FindAsync(id, cancellationToken) : null;

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(PortalAccount user, byte[] credentialId, CancellationToken cancellationToken) =>
        (await RunAsync(c => c.QueryFirstOrDefaultAsync<PasskeyRow>(new CommandDefinition(
            $"{PasskeySql} where credential_id = @credentialId and account_id = @Id", new { credentialId, user.Id },
                cancellationToken: cancellationToken)), cancellationToken))?.Open();

    public Task RemovePasskeyAsync(PortalAccount user, byte[] credentialId, CancellationToken cancellationToken) =>
        RunAsync(c => c.ExecuteAsync(new CommandDefinition("delete from portal.passkey where credential_id = @credentialId and account_id = @Id",
            new { credentialId, user.Id }, cancellationToken: cancellationToken)), cancellationToken);

    // Ten characters of 26: 47 bits, and the key of the hash lies outside the database.
    private byte[] CodeHash(Guid accountId, string code) =>
        HMACSHA256.HashData(sealer.Key("portal/recovery-code"), Encoding.UTF8.GetBytes($"{accountId:N}\n{code.ToUpperInvariant()}"));
}
