using Aupd.Demo.Services.Content;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Demo.Services.Pages;

/// <summary>The one page of a service: its front when nobody is signed in, else the person's own content.</summary>
internal sealed class HomePage(
    ServiceCookie cookie, RecheckSession recheck, SiteAddresses addresses, RegionSettings region, Language language, TimeProvider clock)
        : ServicePage
{
    internal ServiceSession? Session { get; private set; }
    internal Visitor? Visitor { get; private set; }
    /// <summary>The gateway was to be asked, but did not answer.</summary>
    internal bool CouldNotCheck { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        Session = await cookie.SessionAsync(HttpContext, Service, ct);
        if (Session is null) return Page();
        var outcome = await recheck.RunAsync(Service, Session);
        if (outcome is RecheckOutcome.Ended)
        {
            cookie.Remove(HttpContext, Service);
            return Trouble(TroubleWord.Ended);
        }
        Session = outcome.Session;
        CouldNotCheck = outcome is RecheckOutcome.NotChecked;
        Visitor = Visitor.From(Session.Subject, Session.Held.Claims);
        return Page();
    }

    internal string CabinetUrl => addresses.School + "/cabinet";
    internal string ChooseUrl => addresses.School + "/choose";

    /// <summary>The other services that one of the person's roles may enter; which ones a trusted person may, the gateway alone knows.</summary>
    internal IReadOnlyList<DemoService> OtherServices =>
        [.. DemoService.All.Where(s => s != Service && Visitor!.Roles.Any(r => r.Role != "trusted" && s.Admits(r.Role)))];

    /// <summary>The active role in words: "учитель, ГБОУ Школа № 1515".</summary>
    internal string RoleInWords
    {
        get
        {
            if (Visitor!.Active is not { } active) return "";
            var role = active.Role switch
            {
                "teacher" => language["учитель", "teacher"],
                "staff" => language["сотрудник", "staff"],
                "pupil" => language["ученик", "pupil"],
                "guardian" => language["родитель", "parent"],
                "trusted" => language["доверенный человек", "trusted person"],
                _ => active.Role,
            };
            return string.Join(", ", new[] { role, active.Class, active.School }.Where(p => !string.IsNullOrEmpty(p)));
        }
    }

    internal string CheckedAt => language.DateAndTime(Session!.CheckedAt, region.Zone());

    internal DateOnly SchoolDay =>
        SampleDay.SchoolDay(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), region.Zone()).DateTime));

    /// <summary>"пятница, 20 ноября".</summary>
    internal string SchoolDayInWords => SchoolDay.ToString("dddd, d\u00a0MMMM", language.Culture);
}
