using Aupd.Kernel.Audit;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Badges;

/// <summary>What the pages of a class share: which class it is, known by the visitor's own classes and never by the request alone.</summary>
internal abstract class ClassPage(CabinetParts parts, ClassBadges badges, AuditTrail audit) : CabinetPage(parts)
{
    internal const string Path = CabinetTabs.Class;

    /// <summary>Which of several classes.</summary>
    [BindProperty(SupportsGet = true, Name = "class")] public string? ClassId { get; set; }
    protected ClassBadges Badges { get; } = badges;
    internal NamedClass? Mine { get; private set; }
    internal IReadOnlyList<PupilBadge> Pupils { get; private set; } = [];

    /// <summary>A page of this class, with its class in the address.</summary>
    internal string At(string below, string query = "") => $"{Path}{below}?class={Mine!.Id}{query}";

    internal PupilBadge? Pupil(string? recordId) => Pupils.FirstOrDefault(p => p.RecordId == recordId);

    /// <summary>Null when the page may be shown; <see cref="Mine"/> is null for whoever leads no class yet.</summary>
    protected async Task<IActionResult?> EnterClassAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        if (NeedsActivation || !ClassTeachers.MayName(Roles)) return Redirect(CabinetTabs.Home);
        if (string.IsNullOrEmpty(ClassId)) Mine = Classes.Count > 0 ? Classes[0] : null;
        else if ((Mine = Classes.FirstOrDefault(c => c.Id.ToString() == ClassId)) is null) return Redirect(Path);
        if (Mine is null) return null;
        Pupils = await Badges.OfClassAsync(Mine, ct);
        await audit.WriteAsync(new AuditLine("signin.class-read", Visitor.AccountId.ToString(), Mine.OrgNsiId, Visitor.Trace,
            new { school = Mine.OrgNsiId, @class = Mine.ClassName, pupils = Pupils.Count }), ct);
        return null;
    }
}
