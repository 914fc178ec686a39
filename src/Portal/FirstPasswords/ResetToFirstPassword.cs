using Aupd.Portal.Accounts;
using Aupd.Portal.Passwords;
using Npgsql;

namespace Aupd.Portal.FirstPasswords;

/// <summary>A guardian, by the school gateway, has a child's password replaced by a first one: every session and grant ends, and the child chooses
/// its own at the next sign-in. Asked again by the same order, it tells the same and changes nothing.</summary>
internal sealed class ResetToFirstPassword(ReplacePassword replace, AccountStore store, FirstPasswordText texts, NpgsqlDataSource source)
{
    public async Task<FirstPasswordOutcome> RunAsync(Guid accountId, FirstPasswordOrder order, string actor, CancellationToken ct = default)
    {
        if (await store.FindAsync(accountId, ct) is not { } account) return new FirstPasswordOutcome.NoAccount();
        if (account.IsDisabled) return new FirstPasswordOutcome.Disabled();
        var given = new FirstPasswordOutcome.Given(accountId, account.Login, texts.Of(order.Id, PasswordOwner.Of(account)));
        if (await BeforeAsync(accountId, order, given, ct) is { } before) return before;
        return await replace.ByFirstAsync(accountId, given.Password, order, actor, ct) switch
        {
            ChangePasswordOutcome.Changed => given,
            // Another repetition of the same order was quicker.
            ChangePasswordOutcome.SameAsOld => await BeforeAsync(accountId, order, given, ct) ?? new FirstPasswordOutcome.Over(accountId),
            ChangePasswordOutcome.Busy busy => new FirstPasswordOutcome.Busy(busy.RetryAfter),
            ChangePasswordOutcome.NoAccount => new FirstPasswordOutcome.NoAccount(),
            var other => throw new InvalidOperationException($"A first password ended in {other.GetType().Name}."),
        };
    }

    private async Task<FirstPasswordOutcome?> BeforeAsync(Guid accountId, FirstPasswordOrder order, FirstPasswordOutcome given, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await FirstPasswordRows.StateAsync(connection, accountId, order.Id, ct) switch
        {
            OrderState.InForce => given,
            OrderState.Over => new FirstPasswordOutcome.Over(accountId),
            _ => null,
        };
    }
}
