using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Events;
using Aupd.Portal.FirstPasswords;
using Npgsql;

namespace Aupd.Portal.Provider;

/// <param name="Result"><c>correct</c>, <c>wrong</c>, <c>locked</c> (nothing was compared), <c>disabled</c>, or <c>first</c>: it is right, but somebody
/// else has set it, and it opens one page of the portal alone.</param>
/// <param name="Version">Of the account whose password was compared and right: a later change of it has a greater one.</param>
/// <param name="RetryAfter">Nothing can be said now; ask again after so long.</param>
internal readonly record struct Confirmed(string Result, long? Version = null, TimeSpan? RetryAfter = null);

/// <summary>The gateway asks whether what a person has typed there is his password here, and is about to hand it on to the schools' computers.</summary>
internal sealed class ConfirmForSchool(PasswordTries tries, PasswordForSchool passwords, NpgsqlDataSource source)
{
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(1);

    public async Task<Confirmed> RunAsync(PortalAccount? account, Guid subject, string password, CancellationToken ct)
    {
        if (account?.IsDisabled == true) return new Confirmed("disabled");
        // That of the row which is compared with: a later one may stand for another password.
        var version = account?.Version;
        // The person's session at the gateway stands for a known device: strangers' tries do not count against him, only those made there.
        switch (await tries.TryAsync(account, subject.ToString(), password, new TryPlace(SchoolAsk.Actor, IsKnown: true), ct))
        {
            case TryOutcome.Busy busy: return new Confirmed("", RetryAfter: busy.RetryAfter);
            case TryOutcome.MustWait: return new Confirmed("locked");
            case TryOutcome.Wrong: return new Confirmed("wrong");
        }
        if (!await passwords.NoteAsync(account!, ct)) return new Confirmed("", RetryAfter: AMoment);
        await using var connection = await source.OpenConnectionAsync(ct);
        return await FirstPasswordRows.IsInForceAsync(connection, account!.Id, ct) ? new Confirmed("first") : new Confirmed("correct", version);
    }
}
