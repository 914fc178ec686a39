using Aupd.Kernel.Http;
using Aupd.Kernel.Throttling;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Qr;

/// <summary>What a page that shows a code works with.</summary>
internal sealed class ScreenParts(
    Sessions.Sessions sessions, RequestStore requests, ScreenCodes codes, ScreenCookie cookie, EnterScreen enter, Throttle throttle, SiteIdentity site,
    SignInSettings settings)
{
    internal Sessions.Sessions Sessions { get; } = sessions;
    internal RequestStore Requests { get; } = requests;
    internal ScreenCodes Codes { get; } = codes;
    internal ScreenCookie Cookie { get; } = cookie;
    internal EnterScreen Enter { get; } = enter;
    internal SiteIdentity Site { get; } = site;

    internal async Task<bool> MayAskAsync(HttpContext http, CancellationToken ct) => (await throttle.HitAsync(
        new ThrottleRule("signin.screen-code/network", settings.Qr.CodesPerNetwork, TimeSpan.FromSeconds(settings.Qr.CodeLifetimeSeconds)),
        AddressPrefix.Of(http), ct)).Allowed;
}

/// <summary>A page that shows a code and goes on when a phone has confirmed it. A browser keeps its code over a reload; only the browser that
/// shows it can take what the phone allows.</summary>
internal abstract class ScreenPage(ScreenParts parts, bool isPanel) : PageModel
{
    // A page without JavaScript looks for the answer this often, and not for longer than a lesson's half: 20 minutes.
    private const int MostTurns = 120, SecondsPerTurn = 10;

    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    /// <summary>How often the page has loaded itself anew.</summary>
    [BindProperty(SupportsGet = true, Name = "turn")] public int Turn { get; set; }
    public bool IsPanel { get; } = isPanel;
    internal PendingRequest? Asked { get; private set; }
    internal ScreenCode? Code { get; private set; }
    /// <summary>The phone had allowed it, and cannot any more.</summary>
    public bool IsPhoneGone { get; private set; }

    /// <summary>This page, without its turns.</summary>
    public string Self => WayBack.With(IsPanel ? PanelModel.Path : ScreenModel.Path, Asked?.RequestId);
    public string TypeAt => new Uri(parts.Site.PublicUrl).Authority + EnterNumberModel.Path;
    internal QrImage Image => QrImage.Of($"{parts.Site.PublicUrl}/qr/{Code!.Link.Text}");
    /// <summary>Where the page's script asks, a query with the page's purpose.</summary>
    public string Purpose => IsPanel ? "?panel=1" : WayBack.With("?panel=0", Asked?.RequestId);
    /// <summary>Content of the refresh without JavaScript; null: the page has waited long enough.</summary>
    public string? Refresh => Turn is >= 0 and < MostTurns ? $"{SecondsPerTurn};url={Self}{(Self.Contains('?', StringComparison.Ordinal) ? '&' : '?')}turn={Turn + 1}" : null;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var purpose = await ReadAsync(ct);
        if (await parts.Sessions.CurrentAsync(HttpContext, ct) is not null) return Redirect(WayBack.With(Continue.Path, Asked?.RequestId));
        var screen = parts.Cookie.ReadOrSet(HttpContext, purpose);
        Code = await parts.Codes.OfScreenAsync(screen, ct);
        if (Code?.State == ScreenState.Allowed)
        {
            if (await parts.Enter.RunAsync(HttpContext, screen, ct) is { } url) return Redirect(url);
            Code = await parts.Codes.OfScreenAsync(screen, ct);
            if (Code?.State == ScreenState.Allowed) await ForgetAsync(screen, ct);
        }
        return await ShowAsync(screen, purpose, ct) ? Page() : TooMany();
    }

    /// <summary>The code alone, for the page's script; never takes what the phone has allowed.</summary>
    public async Task<IActionResult> OnGetPartAsync(CancellationToken ct)
    {
        var purpose = await ReadAsync(ct);
        if (await parts.Sessions.CurrentAsync(HttpContext, ct) is not null) return Content("");
        var screen = parts.Cookie.ReadOrSet(HttpContext, purpose);
        Code = await parts.Codes.OfScreenAsync(screen, ct);
        return await ShowAsync(screen, purpose, ct) ? Partial("/SignIn/Qr/_Code.cshtml", this) : StatusCode(StatusCodes.Status429TooManyRequests);
    }

    /// <summary>A new code, at once.</summary>
    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var purpose = await ReadAsync(ct);
        if (parts.Cookie.Read(HttpContext, purpose) is { } screen) await parts.Codes.WithdrawAsync(screen, ct);
        return Redirect(Self);
    }

    private async Task<ScreenPurpose> ReadAsync(CancellationToken ct)
    {
        Asked = IsPanel ? null : await parts.Requests.FindAsync(RequestId, ct);
        return new ScreenPurpose(IsPanel, Asked?.RequestId);
    }

    private async Task ForgetAsync(byte[] screen, CancellationToken ct)
    {
        await parts.Codes.WithdrawAsync(screen, ct);
        (Code, IsPhoneGone) = (null, true);
    }

    private async Task<bool> ShowAsync(byte[] screen, ScreenPurpose purpose, CancellationToken ct)
    {
        if (Code is not null && parts.Codes.IsWorthShowing(Code)) return true;
        if (!await parts.MayAskAsync(HttpContext, ct)) return false;
        Code = await parts.Codes.AddAsync(HttpContext, screen, purpose, Code?.Trace, ct);
        return true;
    }

    private PageResult TooMany()
    {
        Code = null;
        Response.StatusCode = StatusCodes.Status429TooManyRequests;
        return Page();
    }
}
