using Aupd.Kernel.Pages;

namespace Aupd.Registries;

/// <summary>Which day it is in the region: contracts start and end by it.</summary>
internal sealed class RegionDay(RegionSettings region, TimeProvider clock)
{
    private readonly TimeZoneInfo _zone = region.Zone();

    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), _zone).DateTime);
}
