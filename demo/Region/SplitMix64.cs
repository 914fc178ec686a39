namespace Aupd.Demo.Region;

/// <summary>Steele, Lea and Flood's SplitMix64: small, fast, and the same numbers on every machine for one seed. Not for secrets.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="bound"/> − 1. The bias of the multiplication is below 2⁻³² for the bounds used here.</summary>
    public int Below(int bound) => (int)((Next() >> 32) * (ulong)bound >> 32);

    /// <summary>True in <paramref name="perMille"/> of a thousand cases.</summary>
    public bool Chance(int perMille) => Below(1000) < perMille;

    public T Pick<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    /// <summary>A day of the <paramref name="days"/> days that end with <paramref name="last"/>.</summary>
    public DateOnly DayBefore(DateOnly last, int days) => last.AddDays(-Below(days));
}
