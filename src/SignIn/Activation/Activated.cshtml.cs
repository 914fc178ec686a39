using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Activation;

/// <summary>The issued login and everything it is for.</summary>
internal sealed class ActivatedModel(Sessions.Sessions sessions, SituationReader situations, SignInSettings settings) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    public string Login { get; private set; } = "";
    public bool IsStaff { get; private set; }
    public string Wifi => IsStaff ? settings.StaffWifi : settings.PupilWifi;
    /// <summary>Null for pupils, and where the school's district is not known.</summary>
    public string? TeamsName { get; private set; }
    public string ContinueUrl => WayBack.With(Continue.Path, RequestId);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Login: { } login } visitor) return Redirect(ContinueUrl);
        var staff = situations.RolesOf(visitor).OfType<HeldRole.Staff>().ToList();
        Login = login;
        IsStaff = staff.Count > 0;
        var district = staff.Select(s => s.School.District).FirstOrDefault(d => !string.IsNullOrEmpty(d));
        if (settings.TeamsDomain.Length > 0 && district is not null) TeamsName = $"{login}@{district}.obr.{settings.TeamsDomain}";
        return Page();
    }
}
