using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Portal.Confirmation;
using Aupd.Portal.Doors;
using Aupd.Portal.FirstPasswords;
using Aupd.Portal.Passwords;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.Accounts;

/// <summary>Opens an account; phone and e-mail must have been confirmed by whoever asks for it. Asked twice for the same account, it finds
/// the first.</summary>
internal sealed class CreateAccount(
    UserManager<PortalAccount> accounts, AccountStore store, PasswordHashing hashing, NpgsqlDataSource source, AuditTrail audit,
        TimeProvider clock,
    SnilsRequests requests)
{
    /// <param name="first">The password is a first one, set by somebody else; null: the person's own.</param>
    public async Task<CreateAccountOutcome> RunAsync(NewAccount order, string actor, CancellationToken ct = default, FirstPasswordOrder? first = null)
    {
        if (order.Id is { } known && await store.FindAsync(known, ct) is { } there) return new CreateAccountOutcome.AlreadyThere(there.Id);
        if (order.Login is not null && !LoginText.IsLogin(order.Login)) return new CreateAccountOutcome.LoginUnusable();
        var account = Make(order);
        if (order.Password is not null)
        {
            if (PasswordRules.Check(order.Password, PasswordOwner.Of(account)) is { } fault)
                return new CreateAccountOutcome.PasswordRefused(fault.Key);
            account.PasswordHash = await hashing.HashAsync(order.Password, ct);
            if (account.PasswordHash is null) return new CreateAccountOutcome.Busy();
        }
        return await WriteAsync(account, actor, first, ct);
    }

    private async Task<CreateAccountOutcome> WriteAsync(PortalAccount account, string actor, FirstPasswordOrder? first, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using (store.Join(connection))
        {
            var result = await accounts.CreateAsync(account);
            if (!result.Succeeded)
                return result.Errors.First().Code == "id" ? new CreateAccountOutcome.AlreadyThere(account.Id)
                    : new CreateAccountOutcome.Taken(result.Errors.First().Code);
        }
        if (account.SnilsState == SnilsState.Entered) await requests.FollowAsync(connection, account, actor, ct);
        if (first is not null) await FirstPasswordRows.SetAsync(connection, account.Id, first.Id, clock.GetUtcNow(), ct);
        await audit.WriteAsync(connection, new AuditLine("portal.account-created", actor, account.Id.ToString(),
            Details: new { snils = AccountRow.Word(account.SnilsState), phone = account.Phone is not null,
                email = account.Email is not null, by = first?.By }), ct);
        await transaction.CommitAsync(ct);
        return new CreateAccountOutcome.Created(account.Id);
    }

    private PortalAccount Make(NewAccount order) => new()
    {
        Id = order.Id ?? Guid.CreateVersion7(),
        Name = order.Name,
        Snils = order.Snils,
        SnilsState = order.Snils is null ? SnilsState.Absent : order.SnilsConfirmed ? SnilsState.Confirmed : SnilsState.Entered,
        Phone = order.Phone, Email = order.Email, BirthDate = order.BirthDate, Login = order.Login,
        MadeFromRecordId = order.MadeFromRecordId,
        CreatedAt = order.CreatedAt ?? clock.GetUtcNow(),
    };
}
