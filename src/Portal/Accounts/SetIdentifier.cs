using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Portal.Confirmation;
using Aupd.Portal.Events;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.Accounts;

/// <summary>What of an account is to change. Phone and e-mail must have been confirmed by a code; null takes them off.</summary>
internal abstract record IdentifierChange
{
    private IdentifierChange() { }
    /// <summary>Another name takes the confirmation off the СНИЛС.</summary>
    internal sealed record OfName(PersonName Value) : IdentifierChange;
    internal sealed record OfPhone(Phone? Value) : IdentifierChange;
    internal sealed record OfEmail(Email? Value) : IdentifierChange;
    internal sealed record OfBirthDate(DateOnly? Value) : IdentifierChange;
    /// <summary>Typed in by the person: one that was confirmed and differs is confirmed no more; null takes it off.</summary>
    internal sealed record OfSnils(Snils? Value) : IdentifierChange;
    /// <summary>The decision of ISnilsConfirmation on what the person has typed in.</summary>
    internal sealed record SnilsConfirmed(Snils Value) : IdentifierChange;
}

internal abstract record SetIdentifierOutcome
{
    private SetIdentifierOutcome() { }
    internal sealed record Changed : SetIdentifierOutcome;
    internal sealed record Unchanged : SetIdentifierOutcome;
    /// <summary>Another account has this phone or e-mail, or this СНИЛС is confirmed for another.</summary>
    internal sealed record Taken : SetIdentifierOutcome;
    /// <summary>The СНИЛС to be confirmed is not the one that stands on the account now.</summary>
    internal sealed record NotTheOneEntered : SetIdentifierOutcome;
    internal sealed record NoAccount : SetIdentifierOutcome;
}

/// <summary>Changes name, phone, e-mail, birth date or СНИЛС of an account and tells the school gateway (fact
/// <c>portal.identifier-changed</c>) where that matters to it.</summary>
internal sealed class SetIdentifier(
    UserManager<PortalAccount> accounts, AccountStore store, NpgsqlDataSource source, FactLog facts, AuditTrail audit,
    SnilsRequests requests, TimeProvider clock)
{
    public async Task<SetIdentifierOutcome> RunAsync(Guid accountId, IdentifierChange change, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        using var joined = store.Join(connection);
        if (await store.FindForChangeAsync(accountId, ct) is not { } account) return new SetIdentifierOutcome.NoAccount();
        if (change is IdentifierChange.SnilsConfirmed(var confirmed) && account.Snils != confirmed)
            return new SetIdentifierOutcome.NotTheOneEntered();
        var before = account.SnilsState;
        if (!Apply(account, change)) return new SetIdentifierOutcome.Unchanged();
        // The row is locked: nothing else than another account's identifier can stand in the way.
        if (!(await accounts.UpdateAsync(account)).Succeeded) return new SetIdentifierOutcome.Taken();
        var word = Word(change);
        // Another number, or another name for it: asked anew, also after it was declined.
        if (change is IdentifierChange.OfSnils || account.SnilsState != before
            || change is IdentifierChange.OfName && before == SnilsState.Entered)
            await requests.FollowAsync(connection, account, actor, ct);
        if (change is IdentifierChange.OfName && account.SnilsState != before)
            await facts.AddAsync(connection, IdentifierChanged.FactFor(accountId, "snils", clock.GetUtcNow()), ct);
        if (MattersToSchool(change, before))
            await facts.AddAsync(connection, IdentifierChanged.FactFor(accountId, word, clock.GetUtcNow()), ct);
        await audit.WriteAsync(connection, new AuditLine("portal.identifier-changed", actor, accountId.ToString(),
            Details: new { identifier = word, snils = AccountRow.Word(account.SnilsState) }), ct);
        await transaction.CommitAsync(ct);
        return new SetIdentifierOutcome.Changed();
    }

    private static bool Apply(PortalAccount account, IdentifierChange change)
    {
        switch (change)
        {
            case IdentifierChange.OfName(var name) when name != account.Name:
                // What was confirmed is that this number belongs to this name; ё for е or a capital letter does not make another name.
                if (account.SnilsState == SnilsState.Confirmed && name.Key != account.Name.Key) account.SnilsState = SnilsState.Entered;
                account.Name = name;
                return true;
            case IdentifierChange.OfPhone(var phone) when phone != account.Phone: account.Phone = phone; return true;
            case IdentifierChange.OfEmail(var email) when email != account.Email: account.Email = email; return true;
            case IdentifierChange.OfBirthDate(var date) when date != account.BirthDate: account.BirthDate = date; return true;
            case IdentifierChange.OfSnils(var snils) when snils != account.Snils:
                account.Snils = snils;
                account.SnilsState = snils is null ? SnilsState.Absent : SnilsState.Entered;
                return true;
            case IdentifierChange.SnilsConfirmed when account.SnilsState != SnilsState.Confirmed:
                account.SnilsState = SnilsState.Confirmed;
                return true;
            default: return false;
        }
    }

    // A СНИЛС that was merely typed in proves nothing to anyone; one that is confirmed no more is news.
    private static bool MattersToSchool(IdentifierChange change, SnilsState before) => change switch
    {
        IdentifierChange.OfBirthDate => false,
        IdentifierChange.OfSnils => before == SnilsState.Confirmed,
        _ => true,
    };

    private static string Word(IdentifierChange change) => change switch
    {
        IdentifierChange.OfName => "name",
        IdentifierChange.OfPhone => "phone",
        IdentifierChange.OfEmail => "email",
        IdentifierChange.OfBirthDate => "birthdate",
        IdentifierChange.OfSnils or IdentifierChange.SnilsConfirmed => "snils",
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };
}
