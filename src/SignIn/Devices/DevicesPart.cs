using Aupd.Kernel.Http;
using Aupd.Kernel.People;

namespace Aupd.SignIn.Devices;

/// <summary>The devices that the person has bound.</summary>
internal sealed class DevicesPart(OwnDevices devices, Places places) : IPersonalDataPart
{
    public int Order => 2;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        await copy.ListAsync("привязанные_устройства", "bound_devices", await devices.OfAsync(owner.AccountId, ct), device =>
        {
            copy.Value("название", "name", device.Name);
            copy.Value("устройство", "device", device.Kind);
            copy.Value("роль", "role", device.Role);
            copy.Value("сервис", "service", device.Service);
            copy.Value("привязано", "bound_at", device.BoundAt);
            copy.Value("последний_раз", "seen_at", device.SeenAt);
            copy.Value("место", "place", places.Shown(device.Place, copy.Language));
        }, ct);
    }
}
