using Aupd.Kernel.Audit;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.Accounts;

internal abstract record IssueLoginOutcome
{
    private IssueLoginOutcome() { }
    /// <summary>Now or before.</summary>
    internal sealed record Issued : IssueLoginOutcome;
    internal sealed record Taken : IssueLoginOutcome;
    /// <summary>The account has another login, and a login once issued never changes by itself.</summary>
    internal sealed record HasAnother : IssueLoginOutcome;
    internal sealed record NoAccount : IssueLoginOutcome;
}

/// <summary>The school gateway has issued a login to a person: from now on it signs in to the portal too. Repeated, it changes
/// nothing.</summary>
internal sealed class IssueLogin(UserManager<PortalAccount> accounts, AccountStore store, NpgsqlDataSource source, AuditTrail audit)
{
    public async Task<IssueLoginOutcome> RunAsync(Guid accountId, string login, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using var joined = store.Join(connection);
        if (await store.FindForChangeAsync(accountId, ct) is not { } account) return new IssueLoginOutcome.NoAccount();
        if (account.Login is { } present)
            return LoginText.Key(present) == LoginText.Key(login) ? new IssueLoginOutcome.Issued() : new IssueLoginOutcome.HasAnother();
        account.Login = login;
        if (!(await accounts.UpdateAsync(account)).Succeeded) return new IssueLoginOutcome.Taken();
        await audit.WriteAsync(connection, new AuditLine("portal.login-issued", actor, accountId.ToString()), ct);
        await transaction.CommitAsync(ct);
        return new IssueLoginOutcome.Issued();
    }
}
