using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>A secret that is shown and not yet confirmed, as it lies sealed in its flow.</summary>
internal sealed record AppState(Guid AccountId, Guid SessionId, string Key)
{
    public const string Kind = "app";
}

/// <summary>Gives a person's app its secret. It counts once a code of it was typed back.</summary>
[SignedIn(BeforeSetUp = true)]
internal sealed class AppPage(AccountStore accounts, UserManager<PortalAccount> users, FlowStore flows, ChangeFactor change, Factors factors,
    RegionSettings region, SecondFactorSettings settings, TimeProvider clock, Language l) : FactorPage(accounts, settings, clock)
{
    private readonly TimeProvider _clock = clock;

    [BindProperty] public string? Code { get; set; }
    public AppSetup Setup { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        // Opened again, it is the same square: the one that the app may have read by now.
        var flow = await MineAsync(ct) ?? await flows.StartAsync(HttpContext, AppState.Kind,
            new AppState(Account.Id, Session.Id, users.GenerateNewAuthenticatorKey()), ct);
        return Show(flow.State.Key);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        if (await MineAsync(ct) is not { } flow) return this.SeeOther(With("/profile/second-step/app"));
        var key = flow.State.Key;
        if (Totp.Read(Code) is not { } code)
            ModelState.AddModelError(nameof(Code), l["Введите 6 цифр из приложения", "Enter the 6 digits from the app"]);
        else if (Totp.StepOf(code, Totp.FromBase32(key)!, _clock.GetUtcNow()) is not { } step)
            ModelState.AddModelError(nameof(Code), l["Код не подошёл. Проверьте, что на телефоне верное время, и введите новый код",
                "The code does not fit. Check that the phone shows the right time, and enter a new code"]);
        else if (await flows.FinishAsync(AppState.Kind, flow, flow.State with { Key = "" }, Account.Id, ct))
        {
            await change.RunAsync(Account.Id, new FactorChange.AddApp(key, step), Actor, ct);
            return await OnwardAsync(ct);
        }
        else return await OnwardAsync(ct);
        return Show(key);
    }

    private async Task<IActionResult> OnwardAsync(CancellationToken ct) => this.SeeOther(With(
        (await factors.OfAsync(Account.Id, ct)).CodesLeft == 0 ? "/profile/second-step/codes?after=app" : "/profile/second-step?done=app"));

    private async Task<Flow<AppState>?> MineAsync(CancellationToken ct) =>
        await flows.FindAsync<AppState>(HttpContext, AppState.Kind, ct) is { IsFinished: false } flow
            && flow.State.AccountId == Account.Id && flow.State.SessionId == Session.Id ? flow : null;

    private IActionResult Show(string key)
    {
        var label = Account.Login ?? Account.Phone?.Formatted ?? Account.Email?.Address ?? "";
        Setup = AppSetup.Of(key, l[region.PortalName, region.PortalNameEnglish], label);
        return Page();
    }
}
