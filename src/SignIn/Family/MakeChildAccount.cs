using Aupd.Kernel.Audit;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family;

internal abstract record FamilyOutcome
{
    private FamilyOutcome() { }
    /// <summary>Carried out; the sheet of the order is there for whoever ordered it.</summary>
    internal sealed record Ordered(Guid Order) : FamilyOutcome;
    /// <summary>The child has an account, or another guardian was quicker.</summary>
    internal sealed record AlreadyThere : FamilyOutcome;
    /// <summary>No child of this guardian's, or not any more.</summary>
    internal sealed record NotYours : FamilyOutcome;
    /// <summary>The child is old enough to look after this itself.</summary>
    internal sealed record NotAllowed : FamilyOutcome;
    internal sealed record TooMany : FamilyOutcome;
    /// <summary>The portal cannot be asked at this moment; the same press later goes on where this one stopped.</summary>
    internal sealed record NotNow : FamilyOutcome;
    /// <summary>The portal has disabled the account.</summary>
    internal sealed record Disabled : FamilyOutcome;
}

/// <summary>A guardian has a child's account made from its enrolment record. Whoever races, and wherever an answer is lost, there is one order per
/// child, whichever of its records it is asked for, one login and one account; a repetition goes on where the one before stopped.</summary>
internal sealed class MakeChildAccount(
    NpgsqlDataSource source, FamilyRights rights, ChildOrders orders, ReserveLogin logins, PortalFamily portal, PortalClient client, PortalAccounts accounts,
    MatchAccount match, AuditTrail audit, TimeProvider clock)
{
    private const int MostLogins = 20;

    internal async Task<FamilyOutcome> RunAsync(Visitor guardian, string? childId, CancellationToken ct)
    {
        if (await rights.ChildAsync(guardian, childId, ct) is not { } child) return new FamilyOutcome.NotYours();
        // Asked first: whoever pressed twice is led to the sheet, and not told that the account is there.
        var order = child.AccountId is null ? null : await orders.OfChildAsync(child, ct);
        if (order is { DoneAt: not null }) return Of(guardian, order);
        // Half done by another request, or by a node that is gone: it is gone on with. Of an account of the child's own nothing more is made.
        if (child.AccountId is not null && (order is null || !child.MadeFromRecord)) return new FamilyOutcome.AlreadyThere();
        if (!await rights.MayActAsync(guardian, ct)) return new FamilyOutcome.TooMany();
        order ??= await orders.PlaceForAccountAsync(guardian, child, ct);
        if (order is null) return new FamilyOutcome.NotNow();
        if (order.DoneAt is not null) return Of(guardian, order);
        return await CarryOutAsync(guardian, child, order, ct);
    }

    private async Task<FamilyOutcome> CarryOutAsync(Visitor guardian, ChildRecord child, ChildOrder order, CancellationToken ct)
    {
        for (var tries = MostLogins; tries > 0; tries--)
        {
            var login = await logins.RunAsync(child, ct);
            switch (await portal.MakeAccountAsync(order.Id, guardian.Subject, child, login, ct))
            {
                case PortalOrder.Done done:
                    await FinishAsync(guardian, child, order, done, ct);
                    return await orders.FindAsync(order.Id, ct) is { } finished ? Of(guardian, finished) : new FamilyOutcome.NotNow();
                case PortalOrder.Refused { Why: "login_taken" }: await logins.GiveUpAsync(child, login, ct); break;
                case PortalOrder.Refused:
                    await orders.DropAsync(order.Id, ct);
                    await logins.ReleaseAsync(child, ct);
                    return new FamilyOutcome.AlreadyThere();
                default: return new FamilyOutcome.NotNow();
            }
        }
        return new FamilyOutcome.NotNow();
    }

    // The sheet is for the eyes of whoever's press was the one that counted.
    private static FamilyOutcome Of(Visitor guardian, ChildOrder order) =>
        order.AccountId == guardian.AccountId && order.Sid == guardian.Sid ? new FamilyOutcome.Ordered(order.Id) : new FamilyOutcome.AlreadyThere();

    // The gateway knows the account from now on, not from the child's first sign-in: so do the other guardian and the school.
    private async Task FinishAsync(Visitor guardian, ChildRecord child, ChildOrder order, PortalOrder.Done done, CancellationToken ct)
    {
        var account = await accounts.SaveAsync(new PortalAccount(client.Issuer, done.Subject, child.Name)
        {
            BirthDate = child.BirthDate, PortalLogin = done.Login, MadeFromRecordId = child.ChildId, CreatedAtPortal = order.OrderedAt,
        }, ct);
        await match.RunAsync(account, guardian.Trace, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var now = clock.GetUtcNow();
        var isMine = await connection.ExecuteAsync(new CommandDefinition(ChildOrders.DoneSql,
            new { id = order.Id, subject = done.Subject, now, accountId = guardian.AccountId, sid = guardian.Sid }, cancellationToken: ct)) == 1;
        if (!isMine) return;
        if (await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition("select id from signin.profile where account_id = @Id", new { account.Id }, cancellationToken: ct)) is { } profile)
            await ReserveLogin.BindAsync(connection, profile, child.Records, ct);
        await audit.WriteAsync(connection, new AuditLine("signin.child-account-made", guardian.AccountId.ToString(), account.Id.ToString(), guardian.Trace,
            new { record = child.PupilRecordId, order = order.Id }), ct);
        await transaction.CommitAsync(ct);
    }
}
