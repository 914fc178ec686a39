using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Kernel.Throttling;
using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Activation;

internal abstract record ActivateOutcome
{
    private ActivateOutcome() { }
    /// <param name="SchoolFault">Why school computers will not take the password; null when nothing is known against it.</param>
    internal sealed record Activated(string Login, SchoolPasswordFault? SchoolFault) : ActivateOutcome;
    internal sealed record WrongPassword(int TriesLeft) : ActivateOutcome;
    /// <param name="Cause">A word of <see cref="ActivationCause"/>.</param>
    internal sealed record Failed(string Cause) : ActivateOutcome;
}

/// <summary>Why an activation failed: words kept for the statistics and used in the address of the failure page.</summary>
internal static class ActivationCause
{
    internal const string WrongPassword = "wrong-password", TooManyTries = "too-many-tries", Locked = "locked", Disabled = "disabled", Busy = "busy", PortalDown = "portal-down";
}

/// <summary>Activation: the person proves the portal password once more; then the login is issued. Asked again after success, it gives the same login.</summary>
internal sealed class ActivateAccount(
    NpgsqlDataSource source, PortalApi portal, PortalAccounts accounts, IssueLogin issue, IWorkplacePasswords passwords, Throttle throttle, AuditTrail audit, SignInSettings settings,
    SchoolPasswordSettings rules, TimeProvider clock)
{
    private const string RecordSql = """
        insert into signin.activation_failure (id, at, profile_id, org_nsi_id, cause, trace)
        select gen_random_uuid(), @now, @profileId, school, @cause, @trace from unnest(@schools::text[]) as school
        """;

    private ThrottleRule Rule => new("signin.activate", settings.ActivationTries, TimeSpan.FromMinutes(settings.ActivationWindowMinutes));

    internal async Task<ActivateOutcome> RunAsync(Visitor visitor, IReadOnlyList<HeldRole> roles, string password, CancellationToken ct)
    {
        var tries = await throttle.HitAsync(Rule, visitor.AccountId.ToString(), ct);
        if (!tries.Allowed) return await FailAsync(visitor, roles, ActivationCause.TooManyTries, ct);
        var check = await portal.CheckPasswordAsync(visitor.Subject, password, ct);
        switch (check.Verdict)
        {
            case PasswordVerdict.Correct: return await IssueAsync(visitor, roles, password, check.Which, ct);
            case PasswordVerdict.Wrong:
                await FailAsync(visitor, roles, ActivationCause.WrongPassword, ct);
                return new ActivateOutcome.WrongPassword(settings.ActivationTries - tries.Hits);
            case PasswordVerdict.Locked: return await FailAsync(visitor, roles, ActivationCause.Locked, ct);
            case PasswordVerdict.Disabled: return await FailAsync(visitor, roles, ActivationCause.Disabled, ct);
            case PasswordVerdict.Busy: return await FailAsync(visitor, roles, ActivationCause.Busy, ct);
            default: return await FailAsync(visitor, roles, ActivationCause.PortalDown, ct);
        }
    }

    private async Task<ActivateOutcome> IssueAsync(Visitor visitor, IReadOnlyList<HeldRole> roles, string password, PortalPassword which, CancellationToken ct)
    {
        // Encrypted first, kept in the transaction of the activation: there is no activated person whose password was lost on the way. One that was changed
        // meanwhile has come before it, and stays.
        var message = await passwords.SealAsync(visitor.Subject, password, ct);
        var kept = await accounts.ReadAsync(visitor.AccountId, ct);
        var login = await issue.RunAsync(visitor, JournalLogins.Of(roles), kept?.Account.PortalLogin, ct,
            [.. roles.OfType<HeldRole.Pupil>().Select(p => p.RecordId)],
            message is null ? null : connection => passwords.KeepAsync(connection, visitor.ProfileId!.Value, message, which, $"activation {visitor.TraceDigits}", ct));
        await throttle.ClearAsync(Rule, visitor.AccountId.ToString(), ct);
        // Only where somebody wants passwords.
        return new ActivateOutcome.Activated(login, message is null ? null : SchoolPasswordRules.Check(password, rules.MinLength, rules.IsComplex, visitor.Name.Reveal(), login));
    }

    private async Task<ActivateOutcome> FailAsync(Visitor visitor, IReadOnlyList<HeldRole> roles, string cause, CancellationToken ct)
    {
        var schools = roles.Where(NextStep.NeedsActivation).Select(SchoolOf).Distinct(StringComparer.Ordinal).ToArray();
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(RecordSql,
            new { now = clock.GetUtcNow(), profileId = visitor.ProfileId, cause, trace = visitor.TraceDigits, schools }, cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("signin.activation-failed", visitor.AccountId.ToString(), visitor.ProfileId?.ToString(), visitor.Trace,
            new { cause, schools }), ct);
        return new ActivateOutcome.Failed(cause);
    }

    private static string SchoolOf(HeldRole role) => role switch
    {
        HeldRole.Staff staff => staff.School.NsiId,
        HeldRole.Pupil pupil => pupil.School.NsiId,
        _ => "",
    };
}
