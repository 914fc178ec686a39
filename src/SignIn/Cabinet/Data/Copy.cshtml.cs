using Aupd.Kernel.Pages;
using Aupd.Kernel.Throttling;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>A copy of all my data as a file; only shortly after the password was given, since whoever finds a browser signed in must not carry it away.</summary>
internal sealed class CopyModel(
    CabinetParts parts, WriteCopy copy, Throttle throttle, SignInSettings settings, RegionSettings region, Language language, TimeProvider clock) : CabinetPage(parts)
{
    internal bool IsFresh => clock.GetUtcNow() - Visitor.AuthenticatedAt <= TimeSpan.FromMinutes(settings.CopyWithinMinutes);
    internal string ProveUrl => "/signin/start?anew=1&to=" + CabinetReturn.Copy;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (!IsFresh) return Page();
        var rule = new ThrottleRule("signin.data-copied", settings.CopiesPerHour, TimeSpan.FromHours(1));
        if (!(await throttle.HitAsync(rule, Visitor.AccountId.ToString(), ct)).Allowed)
        {
            ModelState.AddModelError("", language["Вы уже получили несколько копий. Следующую можно взять через час.", "You have taken several copies already. The next one can be had in an hour."]);
            return Page();
        }
        var day = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), region.Zone());
        Response.ContentType = "application/json; charset=utf-8";
        Response.Headers.ContentDisposition = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"attachment; filename=\"my-data-{day:yyyy-MM-dd}.json\"");
        HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await copy.RunAsync(Visitor, Response.Body, language, ct);
        return new EmptyResult();
    }
}
