using Aupd.Portal.Authentication;
using Aupd.Portal.Doors;

namespace Aupd.Portal.Accounts;

internal sealed class AccountsDoor(CreateAccount create, AccountStanding standing, AccountStore store, FindAccount find) : IAccounts
{
    public Task<CreateAccountOutcome> CreateAsync(NewAccount account, string actor, CancellationToken ct = default) =>
        create.RunAsync(account, actor, ct);

    public Task<bool> DisableAsync(Guid id, string actor, CancellationToken ct = default) => standing.DisableAsync(id, actor, ct);

    public Task<bool> EnableAsync(Guid id, string actor, CancellationToken ct = default) => standing.EnableAsync(id, actor, ct);

    public async Task<FoundAccount?> FindAsync(string identifier, CancellationToken ct = default)
    {
        var account = Guid.TryParseExact(identifier, "D", out var id) ? await store.FindAsync(id, ct)
            : TypedIdentifier.Read(identifier) is { } typed ? await find.RunAsync(typed, ct) : null;
        return account is null ? null : new FoundAccount(account.Id, account.Login, AccountRow.Word(account.SnilsState),
            account.IsDisabled, account.CreatedAt);
    }
}
