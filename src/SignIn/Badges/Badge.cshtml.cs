using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Kernel.Throttling;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Badges;

/// <summary>Where a child shows the badge to the camera, or types its number.</summary>
internal sealed class BadgeModel(BadgeEntries entries, RequestStore requests, Throttle throttle, SignInSettings settings, Language l) : PageModel
{
    internal const string Path = "/badge";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    /// <summary>The page for whom a badge has not let in.</summary>
    internal static string Because(string why) => $"{Path}?why={why}";

    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    [BindProperty(SupportsGet = true, Name = "why")] public string? Why { get; set; }
    [BindProperty] public string? Number { get; set; }
    internal PendingRequest? Asked { get; private set; }
    public string Self => WayBack.With(Path, Asked?.RequestId);
    public string PasswordUrl => WayBack.With("/signin/start", Asked?.RequestId);

    /// <summary>What a nine-year-old can do about it; null: nothing is wrong.</summary>
    internal string? WhyWords => Why switch
    {
        "locked" => l["Этот бейдж закрыт: слишком много раз выбрали не те картинки. Покажи его учителю — он откроет.", "This badge is locked: wrong pictures were chosen too often. Show it to your teacher, who can open it."],
        "no-good" => l["Этот бейдж больше не работает. Покажи его учителю — он напечатает новый.", "This badge does not work any more. Show it to your teacher, who can print a new one."],
        "again" => l["Покажи бейдж ещё раз: прошло много времени.", "Show the badge once more: it took too long."],
        "first" => l["Сначала войди один раз с логином и паролем, вместе со взрослым. После этого бейдж заработает.", "First sign in once with the login and the password, together with a grown-up. After that the badge works."],
        "closed" => l["Вход для тебя закрыт. Скажи об этом учителю.", "Your access is closed. Tell your teacher."],
        _ => null,
    };

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        await ReadAsync(ct);
        Why = null;
        if (BadgeNumber.TryParse(Number) is not { } number)
            return Again(l["На бейдже двенадцать цифр, в коде от учителя — восемь. Проверь, все ли они введены.", "A badge has twelve digits, a code from the teacher eight. Check that you have typed them all."]);
        var rule = new ThrottleRule("signin.badge-number/network", settings.Badges.WrongNumbersPerNetwork, Window);
        var network = AddressPrefix.Of(HttpContext);
        // Only wrong ones count: at the first bell a whole school types from one address.
        if (!(await throttle.PeekAsync(rule, network, ct)).Allowed)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Again(l["Слишком много неверных чисел. Подожди 15 минут или покажи бейдж камере.", "Too many wrong numbers. Wait 15 minutes, or show the badge to the camera."]);
        }
        switch (await entries.ShowAsync(HttpContext, number, Asked?.RequestId, ct))
        {
            case ShowOutcome.Pictures: return Redirect(PicturesModel.Path);
            case ShowOutcome.Locked: return Redirect(WayBack.With(Because("locked"), Asked?.RequestId));
            default:
                await throttle.HitAsync(rule, network, ct);
                return Again(l["Такого числа нет, или оно больше не работает. Проверь цифры; если всё верно, покажи бейдж учителю.", "There is no such number, or it does not work any more. Check the digits; if they are right, show the badge to your teacher."]);
        }
    }

    private async Task ReadAsync(CancellationToken ct) => Asked = await requests.FindAsync(RequestId, ct);

    private PageResult Again(string error)
    {
        ModelState.AddModelError(nameof(Number), error);
        return Page();
    }
}
