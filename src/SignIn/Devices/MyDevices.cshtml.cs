using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Devices;

/// <summary>My devices: what each opens and when it was used, another name for one, unbinding one or all.</summary>
internal sealed class MyDevicesModel(
    CabinetParts parts, Sessions.Sessions sessions, OwnDevices devices, RecogniseDevice recognise, Places places, RegionSettings region, Language language)
    : CabinetPage(parts)
{
    internal const string Path = CabinetTabs.Devices;

    internal IReadOnlyList<Device> Devices { get; private set; } = [];
    internal IReadOnlyList<Device> Copied { get; private set; } = [];
    /// <summary>Which of them this browser is; null: none.</summary>
    internal Guid? Here { get; private set; }
    internal Places Places => places;
    public TimeZoneInfo Zone { get; } = region.Zone();
    public bool MayBind => BindDevice.IsAllowedIn(Visitor.Kind);
    [BindProperty(SupportsGet = true, Name = "done")] public string? Done { get; set; }

    internal string? DoneWords(Language l) => Done switch
    {
        "bound" => l["Готово: стартовая страница на этом устройстве теперь сразу откроет выбранное.", "Done: the start page on this device now opens what you chose at once."],
        "unbound" => l["Отвязано: устройство открывается как обычно.", "Unbound: the device opens as usual."],
        "renamed" => l["Название изменено.", "The name is changed."],
        _ => null,
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await ShowAsync(ct);

    public async Task<IActionResult> OnPostRenameAsync(string? id, string? name, CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Kind: not SessionKind.Badge } visitor) return Redirect(Continue.Path);
        if (DeviceName.TryParse(name) is not { } chosen)
        {
            Done = null;
            ModelState.AddModelError("", language[$"Название — от 1 до {DeviceName.Longest} букв, цифр и знаков в одну строку. Введите ещё раз.",
                $"A name has 1 to {DeviceName.Longest} letters, digits and signs in one line. Enter it again."]);
            return await ShowAsync(ct);
        }
        return Redirect(Path + (Guid.TryParse(id, out var device) && await devices.RenameAsync(visitor, device, chosen, ct) ? "?done=renamed" : ""));
    }

    // Not EnterAsync: also who has lost every role may unbind what he bound.
    public async Task<IActionResult> OnPostUnbindAsync(string? id, CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Kind: not SessionKind.Badge } visitor) return Redirect(Continue.Path);
        return Redirect(Path + (Guid.TryParse(id, out var device) && await devices.UnbindAsync(visitor, device, ct) > 0 ? "?done=unbound" : ""));
    }

    public async Task<IActionResult> OnPostUnbindAllAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Kind: not SessionKind.Badge } visitor) return Redirect(Continue.Path);
        return Redirect(Path + (await devices.UnbindAsync(visitor, null, ct) > 0 ? "?done=unbound" : ""));
    }

    public async Task<IActionResult> OnPostPutAwayAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Kind: not SessionKind.Badge } visitor) return Redirect(Continue.Path);
        await devices.PutAwayNewsAsync(visitor, ct);
        return Redirect(Path);
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        var here = await recognise.RunAsync(HttpContext, Visitor, ct);
        if (here is Recognition.Copied { Device: var copied } && copied.AccountId == Visitor.AccountId) return Redirect(Start.IndexModel.DeviceCopied);
        Here = (here as Recognition.Known)?.Device.Id;
        Devices = await devices.OfAsync(Visitor.AccountId, ct);
        Copied = await devices.CopiedAsync(Visitor.AccountId, ct);
        if (Devices.All(d => d.Id != Here)) Here = null;
        return Page();
    }
}
