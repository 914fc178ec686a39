using Aupd.Kernel.Pages;
using Aupd.Workplace.Doors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Workplace.Reconcile;

/// <summary>Compares all accounts with the directory and with Teams once a night, on whichever node comes first. What the directory's absence or the end of a node breaks
/// off goes on within the next hours; a night that was missed is left out, for by day people sit at the computers.</summary>
internal sealed partial class NightlyReconcile(
    IEnumerable<Reconciliation> all, ReconcileSettings settings, RegionSettings region, TimeProvider clock, ILogger<NightlyReconcile> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1), Window = TimeSpan.FromHours(3);
    private readonly List<Reconciliation> _all = [.. all.Where(r => r.IsConfigured)];
    private readonly TimeZoneInfo _zone = region.Zone();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (settings.IsNightly && _all.Count > 0)
        {
            try { await RunAsync(stoppingToken); }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException) { DatabaseAway(log, e); }
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    /// <summary>True when this node has done it just now.</summary>
    internal async Task<bool> RunAsync(CancellationToken ct)
    {
        var did = false;
        foreach (var reconcile in _all)
        {
            try
            {
                if (Began() is not { } since || await reconcile.RunAsync(settings.IsReportOnly, "system", since, null, ct) is not { } report) continue;
                Done(log, report.Run, reconcile.Target, report.Accounts, report.Kinds.Sum(k => k.Count), report.Repaired, (int)report.Duration.TotalSeconds);
                did = true;
            }
            catch (DirectoryUnusableException e) { BrokenOff(log, reconcile.Target, e.Message); }
        }
        return did;
    }

    // When the hour struck that we are in the wake of; null by day.
    private DateTimeOffset? Began()
    {
        var now = clock.GetUtcNow();
        var local = TimeZoneInfo.ConvertTime(now, _zone);
        var struck = local.TimeOfDay - TimeSpan.FromHours(settings.HourOfDay);
        if (struck < TimeSpan.Zero) struck += TimeSpan.FromDays(1);
        return struck < Window ? now - struck : null;
    }

    [LoggerMessage(EventId = 7131, Level = LogLevel.Information, Message = "Reconcile {Run}: {Accounts} accounts compared with {Target}, {Drift} differences, {Repaired} put into the queue, in {Seconds} s")]
    private static partial void Done(ILogger logger, long run, string target, long accounts, long drift, long repaired, int seconds);

    [LoggerMessage(EventId = 7132, Level = LogLevel.Warning, Message = "The nightly comparison with {Target} was broken off and goes on in a minute: {Reason}")]
    private static partial void BrokenOff(ILogger logger, string target, string reason);

    [LoggerMessage(EventId = 7133, Level = LogLevel.Warning, Message = "The nightly comparison lost the database and goes on in a minute")]
    private static partial void DatabaseAway(ILogger logger, Exception cause);
}
