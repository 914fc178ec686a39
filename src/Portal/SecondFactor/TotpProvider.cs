using Aupd.Portal.Accounts;
using Microsoft.AspNetCore.Identity;

namespace Aupd.Portal.SecondFactor;

/// <summary>UserManager's token provider for codes of an app. Instead of Identity's own, which reads the machine's clock, accepts five
/// minutes of codes and does not say which one it took, so that each could be used again; see
/// docs/decisions/0033-second-factor.md.</summary>
internal sealed class TotpProvider(AccountStore store, TimeProvider clock) : IUserTwoFactorTokenProvider<PortalAccount>
{
    public const string Name = "totp";

    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<PortalAccount> manager, PortalAccount user) => Task.FromResult(false);

    /// <summary>Codes are made by the person's app alone.</summary>
    public Task<string> GenerateAsync(string purpose, UserManager<PortalAccount> manager, PortalAccount user) =>
        throw new NotSupportedException("Codes are made by the person's app.");

    /// <summary>True once for each code: the check and the mark are one statement.</summary>
    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<PortalAccount> manager, PortalAccount user)
    {
        if (await manager.GetAuthenticatorKeyAsync(user) is not { } key || Totp.Read(token) is not { } code) return false;
        return Totp.FromBase32(key) is { } secret && Totp.StepOf(code, secret, clock.GetUtcNow()) is { } step
            && await store.SpendTotpStepAsync(user.Id, step, clock.GetUtcNow(), default);
    }
}
