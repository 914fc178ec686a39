using Aupd.Portal.Accounts;
using Aupd.Portal.Doors;
using Aupd.Portal.Passwords;
using Npgsql;

namespace Aupd.Portal.FirstPasswords;

internal abstract record FirstPasswordOutcome
{
    private FirstPasswordOutcome() { }
    /// <summary>Now, or before by the same order.</summary>
    internal sealed record Given(Guid AccountId, string? Login, string Password) : FirstPasswordOutcome;
    /// <summary>The order was carried out, and its password is in force no more.</summary>
    internal sealed record Over(Guid AccountId) : FirstPasswordOutcome;
    /// <summary>The record's account was made otherwise.</summary>
    internal sealed record RecordTaken : FirstPasswordOutcome;
    internal sealed record LoginTaken : FirstPasswordOutcome;
    internal sealed record NoAccount : FirstPasswordOutcome;
    internal sealed record Disabled : FirstPasswordOutcome;
    internal sealed record Busy(TimeSpan RetryAfter) : FirstPasswordOutcome;
}

/// <summary>A child's account by simplified registration: made from the enrolment record, with a login and a first password, and nothing else.
/// One record has one account, whoever asks and how often.</summary>
internal sealed class MakeChildAccount(CreateAccount create, AccountStore store, FirstPasswordText texts, HashGate gate, NpgsqlDataSource source)
{
    /// <param name="child">With login and record, without a password.</param>
    public async Task<FirstPasswordOutcome> RunAsync(NewAccount child, FirstPasswordOrder order, string actor, CancellationToken ct = default)
    {
        if (await FindAsync(child.MadeFromRecordId!, order, ct) is { } before) return before;
        var password = texts.Of(order.Id, new PasswordOwner(child.Name, null, null, child.Login, null));
        switch (await create.RunAsync(child with { Password = password }, actor, ct, order))
        {
            case CreateAccountOutcome.Created made: return new FirstPasswordOutcome.Given(made.Id, child.Login, password);
            case CreateAccountOutcome.Busy: return new FirstPasswordOutcome.Busy(gate.RetryAfter);
            // Of racing requests the first has made it; which of its unique values stopped us does not tell whose it is.
            case CreateAccountOutcome.Taken: return await FindAsync(child.MadeFromRecordId!, order, ct) ?? new FirstPasswordOutcome.LoginTaken();
            case var other: throw new InvalidOperationException($"A child's account ended in {other.GetType().Name}.");
        }
    }

    private async Task<FirstPasswordOutcome?> FindAsync(string record, FirstPasswordOrder order, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        using var joined = store.Join(connection);
        if (await FirstPasswordRows.MadeFromAsync(connection, record, ct) is not { } id) return null;
        var account = await store.FindAsync(id, ct) ?? throw new InvalidOperationException($"Account {id} is gone.");
        return await FirstPasswordRows.StateAsync(connection, id, order.Id, ct) switch
        {
            OrderState.Unknown => new FirstPasswordOutcome.RecordTaken(),
            OrderState.Over => new FirstPasswordOutcome.Over(id),
            _ when account.IsDisabled => new FirstPasswordOutcome.Disabled(),
            _ => new FirstPasswordOutcome.Given(id, account.Login, texts.Of(order.Id, PasswordOwner.Of(account))),
        };
    }
}
