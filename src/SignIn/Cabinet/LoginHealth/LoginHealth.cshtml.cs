using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.SignIn.Doors;
using Aupd.SignIn.PortalSignIn;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.LoginHealth;

/// <summary>Where my login works and where not, why, and what I can do: a lamp for each place that is set up in the region.</summary>
internal sealed class LoginHealthModel(
    CabinetParts parts, GatewayLamps own, WifiLamp wifi, IEnumerable<ILoginHealth> others, RepairLogin repair, PortalLinks portal, SiteAddresses addresses, RegionSettings region, Language language)
    : CabinetPage(parts)
{
    internal const string Path = "/cabinet/login";
    /// <summary>Longer than any password the portal takes.</summary>
    private const int LongestPassword = 200;

    [BindProperty] public string? Password { get; set; }
    /// <summary>What was done a moment ago.</summary>
    [BindProperty(SupportsGet = true, Name = "done")] public string? Done { get; set; }
    internal IReadOnlyList<LoginLamp> Lamps { get; private set; } = [];
    public TimeZoneInfo Zone { get; } = region.Zone();
    internal string ChangeUrl => portal.Password;
    internal string RecoveryUrl => addresses.Portal + "/recover";
    /// <summary>Something is carried somewhere: the rest is seen by the sign-in itself.</summary>
    internal bool CanRepair => Lamps.Any(l => l.Part is LoginPart.Computer or LoginPart.Teams);
    internal bool TakesPassword => Lamps.Any(l => l.Part == LoginPart.Computer);
    /// <summary>The password itself must change; giving the same again would not help.</summary>
    internal bool MustChange => Lamps.Any(l => l.Password is { Word: not "missing" });
    internal bool LacksPassword => Lamps.Any(l => l.Password is { Word: "missing" });

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterActivatedAsync(ct) ?? await ShowAsync(ct);

    public async Task<IActionResult> OnPostRepairAsync(CancellationToken ct)
    {
        if (await EnterActivatedAsync(ct) is { } elsewhere) return elsewhere;
        if (await repair.AgainAsync(Visitor, Visitor.ProfileId!.Value, ct)) return Redirect(Path + "?done=repair");
        ModelState.AddModelError("", language["Вы уже просили об этом несколько раз. Попробуйте через час или напишите нам.", "You have asked for this several times. Try again in an hour, or write to us."]);
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostPasswordAsync(CancellationToken ct)
    {
        if (await EnterActivatedAsync(ct) is { } elsewhere) return elsewhere;
        if (TypedFault() is { } typed) return await RefuseAsync(typed, ct);
        return await repair.HandOverAsync(Visitor, Visitor.ProfileId!.Value, Password!, ct) switch
        {
            HandOverOutcome.HandedOver => Redirect(Path + "?done=password"),
            HandOverOutcome.Changed => await TellOfChangeAsync(ct),
            var outcome => await RefuseAsync(FaultOf(outcome), ct),
        };
    }

    private async Task<IActionResult> RefuseAsync(string fault, CancellationToken ct)
    {
        ModelState.AddModelError(nameof(Password), fault);
        return await ShowAsync(ct);
    }

    // Nobody's fault, and nothing to be typed again. The change signed the person out here: a redirect would lead to the sign-in and say nothing.
    private Task<IActionResult> TellOfChangeAsync(CancellationToken ct)
    {
        Done = "changed";
        return ShowAsync(ct);
    }

    private string? TypedFault() => string.IsNullOrEmpty(Password) ? language["Введите пароль.", "Enter the password."]
        : Password.Length > LongestPassword ? language["Такого длинного пароля на портале быть не может.", "The portal has no passwords this long."] : null;

    private string FaultOf(HandOverOutcome outcome) => outcome switch
    {
        HandOverOutcome.WrongPassword { TriesLeft: > 0 } => language["Пароль не подошёл. Нужен тот, с которым вы входите на портал.", "The password is wrong. It is the one you sign in to the portal with."],
        HandOverOutcome.WrongPassword or HandOverOutcome.TooManyTries => language["Слишком много попыток. Отдохните четверть часа или восстановите пароль на портале.", "Too many tries. Take a quarter of an hour, or recover the password at the portal."],
        HandOverOutcome.Locked => language["Портал сейчас не пускает с этим паролем. Подождите немного или восстановите пароль на портале.", "The portal does not let this password in just now. Wait a little, or recover the password at the portal."],
        HandOverOutcome.PortalAway => language["Портал сейчас не отвечает. Попробуйте через несколько минут.", "The portal does not answer just now. Try again in a few minutes."],
        HandOverOutcome.NotWanted => language["Здесь пароль никуда передавать не нужно.", "There is nowhere to hand the password over to."],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // Without a login there is nothing to look at: the cabinet says what to do first.
    private async Task<IActionResult?> EnterActivatedAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        return Visitor is { Login: not null, ProfileId: not null } ? null : Redirect(CabinetTabs.Home);
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        var lamps = new List<LoginLamp>(await own.OfAsync(Visitor, language, ct));
        foreach (var part in others) lamps.AddRange(await part.OfAsync(Visitor.ProfileId!.Value, ct));
        if (await wifi.OfAsync(Visitor.ProfileId!.Value, Visitor.Login!, ct) is { } network) lamps.Add(network);
        Lamps = [.. lamps.OrderBy(l => l.Part)];
        return Page();
    }
}
