using Aupd.Kernel.Audit;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family;

/// <summary>A guardian has a child's password replaced by a first one. Every session and grant of the child ends here and at the portal; whoever is
/// fourteen is told. The order comes with the form: pressed thirty times, it is carried out once.</summary>
internal sealed class ResetChildPassword(
    NpgsqlDataSource source, FamilyRights rights, ChildOrders orders, PortalFamily portal, PortalClient client, PortalAccounts accounts, EndSessions end,
    FamilyNotices notices, AuditTrail audit, TimeProvider clock)
{
    internal async Task<FamilyOutcome> RunAsync(Visitor guardian, string? childId, string? orderId, CancellationToken ct)
    {
        if (await rights.ChildAsync(guardian, childId, ct) is not { AccountId: { } subject } child) return new FamilyOutcome.NotYours();
        if (!FamilyRights.MayReset(child)) return new FamilyOutcome.NotAllowed();
        if (!Guid.TryParseExact(orderId, "D", out var id)) return new FamilyOutcome.NotYours();
        if (!await rights.MayActAsync(guardian, ct)) return new FamilyOutcome.TooMany();
        if (await orders.PlaceForPasswordAsync(guardian, id, child.PupilRecordId, ct) is not { } order) return new FamilyOutcome.NotYours();
        if (order.DoneAt is not null) return new FamilyOutcome.Ordered(id);
        switch (await portal.SetFirstPasswordAsync(id, guardian.Subject, subject, ct))
        {
            case PortalOrder.Done:
                await FinishAsync(guardian, child, id, subject, ct);
                return new FamilyOutcome.Ordered(id);
            case PortalOrder.Refused refused:
                await orders.DropAsync(id, ct);
                return refused.Why == "disabled" ? new FamilyOutcome.Disabled() : new FamilyOutcome.NotYours();
            default: return new FamilyOutcome.NotNow();
        }
    }

    private async Task FinishAsync(Visitor guardian, ChildRecord child, Guid order, string subject, CancellationToken ct)
    {
        var account = (await accounts.FindAsync(client.Issuer, subject, ct))?.Account.Id ?? throw new InvalidOperationException($"The account of {child} is not kept.");
        // The portal's event does the same a moment later; the guardian sees it done now.
        await end.AllOfAsync(account, "guardian-reset", ct, guardian.AccountId.ToString());
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var isMine = await connection.ExecuteAsync(new CommandDefinition(ChildOrders.DoneSql,
            new { id = order, subject, now = clock.GetUtcNow(), accountId = guardian.AccountId, sid = guardian.Sid }, cancellationToken: ct)) == 1;
        if (!isMine) return;
        await audit.WriteAsync(connection, new AuditLine("signin.child-password-reset", guardian.AccountId.ToString(), account.ToString(), guardian.Trace,
            new { record = child.PupilRecordId, order }), ct);
        if (child.IsFourteen) await notices.TellAsync(connection, account, subject, FamilyNews.PasswordReset, null, ct);
        await transaction.CommitAsync(ct);
    }
}
