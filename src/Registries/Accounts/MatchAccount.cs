using Aupd.Kernel.Audit;
using Aupd.Kernel.Data;
using Aupd.Registries.Doors;
using Aupd.Registries.Identifiers;
using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>Compares one account with the registries at its sign-in, together with whoever contests its records.</summary>
internal sealed class MatchAccount(HotPath hot, SettledVerdicts settled, KeptAccounts accounts, CompareAccounts compare, AuditTrail audit, RegionDay day) : IMatching
{
    private const int Attempts = 5;

    public async Task<MatchResult> MatchAsync(AccountFacts account, CancellationToken ct)
    {
        if (await settled.FindAsync(account.AccountId, accounts.Hash(account), ct) is { } same) return same;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await TryMatchAsync(account, ct) is { } result) return result;
            }
            // Two comparisons met in a way that the locks on names do not order (a record whose name an import has just changed): the later
            // one sees the earlier one's outcome and goes on from there.
            catch (PostgresException e) when (attempt < Attempts && Conflict.Is(e)) { }
        }
    }

    public async Task<IReadOnlyList<HeldRole>> RolesAsync(string accountId, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        return await HeldRoles.ReadAsync(connection, accountId, day.Today, ct);
    }

    /// <summary>Null where the account got another name from another node in between: then all is to be asked again.</summary>
    private async Task<MatchResult?> TryMatchAsync(AccountFacts account, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await NameLocks.PassAsync(connection, ct);
        var (now, before) = (NameKey.Of(account.Name), await KeptAccounts.NameOfAsync(connection, account.AccountId, ct));
        long[] names = before is null || before == now ? [now] : [now, before.Value];
        await NameLocks.TakeAsync(connection, names, ct);
        if (await KeptAccounts.NameOfAsync(connection, account.AccountId, ct) is { } name && !names.Contains(name)) return null;

        var identifiers = await accounts.KeepAsync(connection, account, ct);
        string[] madeFrom = account.MadeFromRecordId is null ? [] : [account.MadeFromRecordId];
        var focus = await Contest.FindAsync(connection, new AccountKeys([account.AccountId], names, identifiers, madeFrom), ct);
        var verdicts = (await compare.RunAsync(connection, focus, account.AccountId, ct))[account.AccountId];
        await audit.WriteAsync(connection, new AuditLine("registries.matched", account.AccountId, Details: new
        {
            verdicts = verdicts.Select(v => new { v.Role, v.RecordId, verdict = v.Matches ? "match" : "no_match", v.Reason, v.Hint }),
        }), ct);
        var roles = await HeldRoles.ReadAsync(connection, account.AccountId, day.Today, ct);
        await transaction.CommitAsync(ct);
        return new MatchResult(account.AccountId, roles, verdicts);
    }
}
