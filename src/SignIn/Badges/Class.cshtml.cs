using System.Globalization;
using System.Security.Cryptography;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Badges;

/// <summary>My class: each pupil's badge, and what can be done about it. A teacher who leads no class yet names one here.</summary>
internal sealed partial class ClassModel(
    CabinetParts parts, ClassTeachers teachers, ClassBadges badges, BadgeCodes codes, AuditTrail audit, RegionSettings region, SignInSettings settings,
    TimeProvider clock, Language l) : ClassPage(parts, badges, audit)
{
    [BindProperty(SupportsGet = true, Name = "done")] public string? Done { get; set; }
    /// <summary>To name one more.</summary>
    [BindProperty(SupportsGet = true, Name = "more")] public bool WantsMore { get; set; }
    internal IReadOnlyList<(HeldRole.Staff Role, SchoolClass Class)> ToName { get; private set; } = [];
    internal IReadOnlyList<NamedClass> Leaders { get; private set; } = [];
    /// <summary>A code that was made this moment, and for whom: shown once.</summary>
    internal (PupilBadge Pupil, BadgeNumber Number, DateTimeOffset Until)? NewCode { get; private set; }
    internal string? Problem { get; private set; }
    public TimeZoneInfo Zone { get; } = region.Zone();
    public int LastGrade { get; } = settings.Badges.LastGrade;
    /// <summary>Of this very page: pressing its button twice makes one sheet.</summary>
    public Guid Issue { get; } = new(RandomNumberGenerator.GetBytes(16));
    public string YearEnd => Day(settings.Badges.YearEnd(clock.GetUtcNow(), Zone));

    /// <summary>The last day on which something is good that ends at this moment.</summary>
    internal string Day(DateTimeOffset until) => TimeZoneInfo.ConvertTime(until.AddSeconds(-1), Zone).ToString("d MMMM", l.Culture);

    internal static string ValueOf(HeldRole.Staff role, SchoolClass named) => $"{role.RecordId} {named.Name}";

    internal string? DoneWords => Done switch
    {
        "voided" => l["Бейдж отключён: по нему больше не войти.", "The badge is voided: it lets nobody in any more."],
        "all-voided" => l["Все бейджи класса отключены.", "All badges of the class are voided."],
        "unlocked" => l["Бейдж снова открыт. Картинки те же.", "The badge is unlocked. Its pictures are the same."],
        "code-ended" => l["Код отменён.", "The code was ended."],
        "left" => l["Готово: класс убран.", "Done: the class is gone."],
        "named" => l["Готово: это ваш класс.", "Done: this is your class."],
        _ => null,
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterClassAsync(ct) ?? await ShowAsync(ct);

    public async Task<IActionResult> OnPostNameAsync(string? named, CancellationToken ct)
    {
        if (await EnterClassAsync(ct) is { } elsewhere) return elsewhere;
        var chosen = (await teachers.ToNameAsync(Roles, ct)).FirstOrDefault(c => ValueOf(c.Role, c.Class) == named);
        if (chosen.Role is null) return await AgainAsync(l["Выберите класс из списка.", "Choose a class from the list."], ct);
        switch (await teachers.NameAsync(Visitor, chosen.Role, chosen.Class.Name, ct))
        {
            case NameOutcome.TooMany:
                return await AgainAsync(l["У этого класса или у вас уже слишком много записей. Уберите лишние.", "This class or you have too many of these. Remove those not needed."], ct);
            case NameOutcome.NoSuchClass: return await AgainAsync(l["Такого класса больше нет.", "This class is gone."], ct);
            default:
                var mine = (await teachers.OfAsync(Visitor.AccountId, Roles, ct)).First(c => c.OrgNsiId == chosen.Role.School.NsiId && c.ClassName == chosen.Class.Name);
                return Redirect($"{Path}?class={mine.Id}&done=named");
        }
    }

    public async Task<IActionResult> OnPostLeaveAsync(string? id, CancellationToken ct)
    {
        if (await EnterClassAsync(ct) is { } elsewhere) return elsewhere;
        var ended = Mine is not null && Guid.TryParse(id, out var row) && await teachers.EndAsync(Visitor, Mine, row, ct);
        return Redirect(Path + (ended ? "?done=left" : ""));
    }

    public Task<IActionResult> OnPostVoidAsync(string? pupil, CancellationToken ct) => ActAsync(pupil, "voided", p => Badges.VoidAsync(Visitor, Mine!, [p], ct), ct);

    public async Task<IActionResult> OnPostVoidAllAsync(CancellationToken ct)
    {
        if (await EnterClassAsync(ct) is { } elsewhere) return elsewhere;
        return Mine is null ? Redirect(Path) : Redirect(At("", await Badges.VoidAsync(Visitor, Mine, Pupils, ct) ? "&done=all-voided" : ""));
    }

    public Task<IActionResult> OnPostUnlockAsync(string? pupil, CancellationToken ct) => ActAsync(pupil, "unlocked", p => Badges.UnlockAsync(Visitor, Mine!, p, ct), ct);

    public Task<IActionResult> OnPostEndCodeAsync(string? pupil, CancellationToken ct) => ActAsync(pupil, "code-ended", p => codes.EndAsync(Visitor, Mine!, p, ct), ct);

    public async Task<IActionResult> OnPostCodeAsync(string? pupil, string? hours, CancellationToken ct)
    {
        if (await EnterClassAsync(ct) is { } elsewhere) return elsewhere;
        if (Mine is null || Pupil(pupil) is not { } of) return Redirect(Path);
        if (!int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var chosen) || chosen is < BadgeCodes.ShortestHours or > BadgeCodes.LongestHours)
            return await AgainAsync(l["Код действует от 1 до 12 часов.", "A code is good for 1 to 12 hours."], ct);
        if (of.Standing != BadgeStanding.Good || await codes.MakeAsync(Visitor, Mine, of, chosen, ct) is not { } number)
            return await AgainAsync(l["Код даётся вместо действующего бейджа. Сначала сделайте или откройте бейдж.", "A code stands in for a badge that is good. First make or unlock the badge."], ct);
        NewCode = (of, number, clock.GetUtcNow().AddHours(chosen));
        return await ShowAsync(ct);
    }

    private async Task<IActionResult> ActAsync(string? pupil, string done, Func<PupilBadge, Task<bool>> act, CancellationToken ct)
    {
        if (await EnterClassAsync(ct) is { } elsewhere) return elsewhere;
        if (Mine is null || Pupil(pupil) is not { } of) return Redirect(Path);
        return Redirect(At("", await act(of) ? $"&done={done}" : ""));
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        if (Mine is null || WantsMore) ToName = await teachers.ToNameAsync(Roles, ct);
        if (Mine is not null) Leaders = await teachers.LeadersAsync(Mine, ct);
        return Page();
    }

    private Task<IActionResult> AgainAsync(string problem, CancellationToken ct)
    {
        (Problem, Done) = (problem, null);
        return ShowAsync(ct);
    }
}
