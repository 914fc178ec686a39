using System.Diagnostics;
using System.Globalization;

namespace Aupd.Bench;

/// <summary>Processor seconds spent so far by this program and by its PostgreSQL server: on a busy machine they tell more than the clock.</summary>
internal sealed record ProcessorTime(double Program, double Server)
{
    // USER_HZ, fixed by Linux for /proc.
    private const double TicksPerSecond = 100;

    public static ProcessorTime Now(string dataFolder)
    {
        using var self = Process.GetCurrentProcess();
        var postmaster = File.ReadLines(Path.Combine(dataFolder, "postgres", "postmaster.pid")).First();
        var server = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, CultureInfo.InvariantCulture, out _)).Sum(p => Ticks(p!, postmaster));
        return new ProcessorTime(self.TotalProcessorTime.TotalSeconds, server / TicksPerSecond);
    }

    public ProcessorTime Since(ProcessorTime before) => new(Program - before.Program, Server - before.Server);

    // proc(5): after the name in brackets come state, ppid, ...; utime, stime, cutime and cstime are the fields 14 to 17.
    private static double Ticks(string process, string postmaster)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (process != postmaster && fields[1] != postmaster) return 0;
            return fields[11..(process == postmaster ? 15 : 13)].Sum(f => double.Parse(f, CultureInfo.InvariantCulture));
        }
        catch (IOException) { return 0; }
    }
}
