using Aupd.Kernel.Pages;

namespace Aupd.Registries;

/// <summary>Which day it is in the region: contracts start and end by it.</summary>
internal sealed class RegionDay(RegionSettings region, TimeProvider clock)
{
    private readonly TimeZoneInfo _zone = region.Zone();

    /// <summary>When today began.</summary>
    public DateTimeOffset Start
    {
        get
        {
            var midnight = Today.ToDateTime(TimeOnly.MinValue);
            // A day may begin with the clock put forward.
            while (_zone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(15);
            return new DateTimeOffset(midnight, _zone.GetUtcOffset(midnight)).ToUniversalTime();
        }
    }

    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), _zone).DateTime);
}
