using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Devices;

/// <summary>Binds this browser to a role and a service, under a name.</summary>
internal sealed class BindModel(CabinetParts parts, BindDevice bind, RecogniseDevice recognise, Language language) : CabinetPage(parts)
{
    internal sealed record Group(HeldRole Role, IReadOnlyList<Service> Services);

    /// <summary>Role and service, as <see cref="ValueOf"/> writes them.</summary>
    [BindProperty] public string? Pin { get; set; }
    [BindProperty] public string? Name { get; set; }
    internal IReadOnlyList<Group> Groups { get; private set; } = [];

    internal static string ValueOf(HeldRole role, Service service) => $"{role.Id} {service.ClientId}";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await ReadAsync(ct) is { } elsewhere) return elsewhere;
        var here = await recognise.RunAsync(HttpContext, Visitor, ct);
        if (here is Recognition.Copied { Device: var copied } && copied.AccountId == Visitor.AccountId) return Redirect(Start.IndexModel.DeviceCopied);
        var bound = here is Recognition.Known { Device: var own } && own.AccountId == Visitor.AccountId ? own : null;
        Name = bound?.Name ?? (DeviceLabel.IsPhone(Request.Headers.UserAgent) ? language["Мой телефон", "My phone"] : language["Мой компьютер", "My computer"]);
        var role = Groups.FirstOrDefault(g => g.Role.Id == (Visitor.ActiveRole ?? Visitor.LastRole)) ?? Groups[0];
        Pin = bound is null ? ValueOf(role.Role, role.Services[0]) : $"{bound.Role} {bound.Service}";
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        ModelState.Clear();
        if (await ReadAsync(ct) is { } elsewhere) return elsewhere;
        var chosen = Groups.SelectMany(g => g.Services.Select(s => (g.Role, Service: s))).FirstOrDefault(c => ValueOf(c.Role, c.Service) == Pin);
        var name = DeviceName.TryParse(Name);
        if (chosen.Role is null) ModelState.AddModelError(nameof(Pin), language["Выберите сервис из списка", "Choose a service from the list"]);
        if (name is null)
            ModelState.AddModelError(nameof(Name), language[$"Название — от 1 до {DeviceName.Longest} букв, цифр и знаков в одну строку",
                $"A name has 1 to {DeviceName.Longest} letters, digits and signs in one line"]);
        if (!ModelState.IsValid) return Page();
        switch (await bind.RunAsync(HttpContext, Visitor, name!, new DevicePin(chosen.Role!.Id, chosen.Service.ClientId), ct))
        {
            case BindOutcome.Bound: return Redirect(MyDevicesModel.Path + "?done=bound");
            case BindOutcome.TooMany many:
                ModelState.AddModelError("", language[$"Больше устройств привязать нельзя, их уже {many.Most}. Отвяжите те, которыми не пользуетесь.",
                    $"{many.Most} devices are bound, which is the most. Unbind those you do not use."]);
                return Page();
            default: return Redirect(MyDevicesModel.Path);
        }
    }

    // Whoever may not bind here, or has nothing to bind to yet, is told so by the list.
    private async Task<IActionResult?> ReadAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Groups = NeedsActivation ? [] : [.. Roles.Select(r => new Group(r, NextStep.Open(r, Services))).Where(g => g.Services.Count > 0)];
        return BindDevice.IsAllowedIn(Visitor.Kind) && Groups.Count > 0 ? null : Redirect(MyDevicesModel.Path);
    }
}
