using System.Globalization;
using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;
using AllServices = Aupd.SignIn.Provider.Services;

namespace Aupd.SignIn.Family.Trust;

/// <summary>Whom the guardians trust with a child in the services; naming and revoking.</summary>
internal sealed class TrustedModel(
    CabinetParts parts, FamilyRights rights, ChildStates states, TrustedPersons persons, NameTrusted name, AllServices services, RoleFragments roles, SignInSettings settings,
    RegionSettings region, Language language) : ChildPage(parts, rights, states, region)
{
    [BindProperty] public string? Last { get; set; }
    [BindProperty] public string? First { get; set; }
    [BindProperty] public string? Middle { get; set; }
    [BindProperty] public string? Contact { get; set; }
    [BindProperty] public string? Until { get; set; }
    [BindProperty(Name = "Services")] public List<string> Chosen { get; set; } = [];
    [BindProperty(SupportsGet = true, Name = "done")] public string? Done { get; set; }

    internal IReadOnlyList<TrustedPerson> Persons { get; private set; } = [];
    /// <summary>Services that admit trusted persons.</summary>
    internal IReadOnlyList<Service> Offered { get; private set; } = [];
    internal new IReadOnlyList<string> Services => Chosen;

    internal string? DoneWords(Language l) => Done switch
    {
        "named" => l["Готово. Человеку и второму родителю мы написали, если знаем их.", "Done. We wrote to the person and to the other parent, if we know them."],
        "revoked" => l["Доверие отменено: сервисы для этого человека закрыты.", "Revoked: the services are closed to this person."],
        _ => null,
    };

    internal string ServiceNames(TrustedPerson person) => string.Join(", ", person.Services.Select(id =>
        Offered.FirstOrDefault(s => s.ClientId == id) is { } s ? language[s.Name, s.NameEnglish ?? s.Name] : id));

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        await ReadAsync(ct);
        Chosen = [.. Offered.Take(1).Select(s => s.ClientId)];
        Until = EndOfSchoolYear(roles.Today).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        await ReadAsync(ct);
        var errors = new List<(string Field, string Text)>();
        if (new TrustForm(Last, First, Middle, Contact, Until, Chosen).Read([.. Offered.Select(s => s.ClientId)], roles.Today, language, errors) is not { } order)
        {
            foreach (var (field, text) in errors) ModelState.AddModelError(field, text);
            return Page();
        }
        switch (await name.RunAsync(Visitor, ChildId, order, ct))
        {
            case NameTrustedOutcome.Named: return Redirect(FamilyAddresses.Of("trusted", Child) + "&done=named");
            case NameTrustedOutcome.NotYours: return Redirect(FamilyAddresses.Lost);
            case NameTrustedOutcome.TooMany: return Refuse(new FamilyOutcome.TooMany(), language);
            default:
                ModelState.AddModelError("", language[$"У ребёнка уже {settings.Family.MostTrusted} доверенных людей. Сначала отмените одного из них.",
                    $"The child has {settings.Family.MostTrusted} trusted persons already. Revoke one of them first."]);
                return Page();
        }
    }

    public async Task<IActionResult> OnPostRevokeAsync(string? id, CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        var revoked = Guid.TryParseExact(id, "D", out var person) && await persons.RevokeAsync(Visitor, Child, person, ct);
        return Redirect(FamilyAddresses.Of("trusted", Child) + (revoked ? "&done=revoked" : ""));
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        Offered = (await services.AllAsync(ct)).Where(s => s.Roles.Contains(RoleWords.Trusted)).ToList();
        Persons = await persons.OfChildrenAsync([Child.PupilRecordId], ct);
    }

    private static DateOnly EndOfSchoolYear(DateOnly today)
    {
        var may = new DateOnly(today.Year, 5, 31);
        return may > today ? may : may.AddYears(1);
    }
}
