using System.Globalization;

namespace Aupd.Bench.Provider;

/// <summary>Processor time and memory of the server's process and of a PostgreSQL cluster, as Linux counts them (proc(5)).</summary>
/// <param name="serverId">The program's process.</param>
/// <param name="postmasterId">The first process of the cluster; the back ends are its children.</param>
internal sealed class Processes(int serverId, int postmasterId)
{
    // USER_HZ, fixed by Linux for /proc.
    private const double MillisecondsPerTick = 10;

    public (double ServerMs, double DatabaseMs) Spent() => (Milliseconds(serverId, withReaped: false), Cluster());

    /// <summary>Resident memory of the server, in MiB.</summary>
    public double ResidentMiB() =>
        double.Parse(File.ReadLines($"/proc/{serverId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^2].Trim(), CultureInfo.InvariantCulture) / 1024;

    // Back ends that have ended are counted in the postmaster's own line.
    private double Cluster() => Milliseconds(postmasterId, withReaped: true)
        + Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0).Sum(id => ParentOf(id) == postmasterId ? Milliseconds(id, withReaped: false) : 0);

    // After the name in brackets come state, ppid, ...; utime, stime, cutime and cstime are the fields 14 to 17.
    private static double Milliseconds(int id, bool withReaped) =>
        Fields(id) is { } fields ? fields[11..(withReaped ? 15 : 13)].Sum(f => double.Parse(f, CultureInfo.InvariantCulture)) * MillisecondsPerTick : 0;

    private static int ParentOf(int id) => Fields(id) is { } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;

    private static string[]? Fields(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException) { return null; }
    }
}
