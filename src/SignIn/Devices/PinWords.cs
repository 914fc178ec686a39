using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Roles;

namespace Aupd.SignIn.Devices;

/// <summary>Where a device leads, in words.</summary>
/// <param name="Service">The service, and <paramref name="Role"/> the role, as far as they still exist.</param>
/// <param name="Lost">What was lost, and what happens instead; null: nothing was.</param>
internal sealed record PinWords(string Service, string Role, string? Lost)
{
    internal static PinWords Of(Device device, IReadOnlyList<HeldRole> roles, IReadOnlyList<Service> services, Language l)
    {
        var role = roles.FirstOrDefault(r => r.Id == device.Role);
        var service = services.FirstOrDefault(s => s.ClientId == device.Service);
        var name = service is null ? l["Сервис, которого больше нет", "A service that is gone"] : l[service.Name, service.NameEnglish ?? service.Name];
        var who = role is null ? Word(device.Role, l) : $"{RoleNames.Title(role, l)}: {RoleNames.Where(role)}";
        if (NextStep.Pinned(new DevicePin(device.Role, device.Service), roles, services) is not null) return new PinWords(name, who, null);
        var usual = l["Поэтому устройство открывается как обычно. Привяжите его заново или отвяжите.", "So the device opens as usual. Bind it anew, or unbind it."];
        var why = role is null ? l["Этой роли у вас больше нет.", "You no longer have this role."]
            : service is null ? l["Этот сервис больше не работает.", "This service is gone."]
            : l["Этот сервис больше не открыт для этой роли.", "This service is no longer open to this role."];
        return new PinWords(name, who, why + " " + usual);
    }

    // Of a role that is lost nothing more is known than its kind.
    private static string Word(string role, Language l) => role.Split(':')[0] switch
    {
        RoleWords.Staff => l["Сотрудник школы", "School staff"],
        RoleWords.Pupil => l["Ученик", "Pupil"],
        _ => l["Родитель", "Parent"],
    };
}
