using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Doors;
using Aupd.Portal.Flows;
using Aupd.Portal.Passwords;
using Aupd.Portal.SecondFactor;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.Registration;

internal abstract record FinishRegistrationOutcome
{
    private FinishRegistrationOutcome() { }
    internal sealed record SignedIn : FinishRegistrationOutcome;
    internal sealed record PasswordRefused(PasswordFault Fault) : FinishRegistrationOutcome;
    /// <summary>Between the code and this moment somebody opened an account with the phone or e-mail.</summary>
    /// <param name="What"><c>phone</c> or <c>email</c>.</param>
    internal sealed record Taken(string What) : FinishRegistrationOutcome;
    /// <summary>The account is there already and the password is another: sign in as anybody does.</summary>
    internal sealed record SignInInstead : FinishRegistrationOutcome;
    internal sealed record Busy(TimeSpan RetryAfter) : FinishRegistrationOutcome;
}

/// <summary>Opens the account of a registration and signs the person in. The id of the account stands in the flow: pressed twice, or repeated
/// after a crash, it is the same account, and only the password that opened it signs in.</summary>
internal sealed class FinishRegistration(
    CreateAccount create, AccountStore accounts, PasswordTries tries, HashGate gate, PortalSessions sessions, KnownDevices devices, FlowStore flows, Factors factors,
    SchoolPasswordSettings school)
{
    public async Task<FinishRegistrationOutcome> RunAsync(HttpContext http, Flow<RegistrationState> flow, string password, CancellationToken ct)
    {
        if (flow.IsFinished) return await SignInAgainAsync(http, flow.AccountId!.Value, password, ct);
        var order = Order(flow.State, password);
        if (PasswordRules.Check(password, new PasswordOwner(order.Name, order.Phone, order.Email, null, order.Snils), school) is { } fault)
            return new FinishRegistrationOutcome.PasswordRefused(fault);
        switch (await create.RunAsync(order, actor: order.Id!.Value.ToString(), ct))
        {
            case CreateAccountOutcome.Created created:
                await flows.FinishAsync(RegistrationState.Kind, flow, new RegistrationState { ReturnUrl = flow.State.ReturnUrl }, created.Id, ct);
                return await SignInAsync(http, created.Id, ct);
            case CreateAccountOutcome.AlreadyThere there: return await SignInAgainAsync(http, there.Id, password, ct);
            case CreateAccountOutcome.Taken taken: return new FinishRegistrationOutcome.Taken(taken.What);
            case CreateAccountOutcome.Busy: return new FinishRegistrationOutcome.Busy(gate.RetryAfter);
            case var other: throw new InvalidOperationException($"A registration cannot end with {other.GetType().Name}.");
        }
    }

    private async Task<FinishRegistrationOutcome> SignInAgainAsync(HttpContext http, Guid accountId, string password, CancellationToken ct)
    {
        var account = await accounts.FindAsync(accountId, ct);
        return await tries.TryAsync(account, accountId.ToString(), password, devices.PlaceOf(http, accountId), ct) switch
        {
            TryOutcome.Correct => await SignInAsync(http, accountId, ct),
            TryOutcome.Busy busy => new FinishRegistrationOutcome.Busy(busy.RetryAfter),
            _ => new FinishRegistrationOutcome.SignInInstead(),
        };
    }

    private async Task<FinishRegistrationOutcome> SignInAsync(HttpContext http, Guid accountId, CancellationToken ct)
    {
        if (await accounts.FindAsync(accountId, ct) is not { IsDisabled: false } account) return new FinishRegistrationOutcome.SignInInstead();
        // Opened earlier, and protected since: this page knows one proof alone.
        if ((await factors.OfAsync(accountId, ct)).Any) return new FinishRegistrationOutcome.SignInInstead();
        await sessions.StartAsync(http, account, ["pwd"], "registration", ct);
        return new FinishRegistrationOutcome.SignedIn();
    }

    private static NewAccount Order(RegistrationState state, string password) => new(
        PersonName.TryCreate(state.Last, state.First, state.Middle) ?? throw new InvalidOperationException("The name was checked on its page."),
        Snils.TryParse(state.Snils), SnilsConfirmed: false, Phone.TryParse(state.Phone), Email.TryParse(state.Email), state.BirthDate,
        Password: password, Id: state.AccountId);
}
