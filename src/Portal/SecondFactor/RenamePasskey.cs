using Aupd.Kernel.Audit;
using Dapper;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

/// <summary>Gives a passkey another name. It is the person's own note and proves nothing, so that nobody is told.</summary>
internal sealed class RenamePasskey(NpgsqlDataSource source, AuditTrail audit)
{
    private const int LongestName = 60;

    private const string Sql = "update portal.passkey set name = @name where account_id = @accountId and credential_id = @credentialId";

    /// <summary>A name as it was typed, without the blanks around it; null for one that is empty, longer than 60 characters, or no text.</summary>
    public static string? Read(string? typed) => typed?.Trim() is { Length: > 0 and <= LongestName } name && !name.Any(char.IsControl) ? name : null;

    /// <returns>False when the account has no such passkey.</returns>
    public async Task<bool> RunAsync(Guid accountId, byte[] credentialId, string name, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteAsync(new CommandDefinition(Sql, new { accountId, credentialId, name }, cancellationToken: ct)) == 0) return false;
        await audit.WriteAsync(connection, new AuditLine("portal.passkey-renamed", accountId.ToString(), accountId.ToString()), ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
