using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Registries.Rematching;

/// <summary>Follows the registries: after an import and on a new day, roles change without anyone signing in. Any number of nodes may run it.</summary>
internal sealed partial class RematchWorker(
    SpreadChanges spread, RematchTouched rematch, RegistriesSettings settings, TimeProvider clock, ILogger<RematchWorker> log) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = TimeSpan.FromSeconds(settings.RematchPauseSeconds);
            try
            {
                await RunRoundAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                pause = PauseAfterFault;
                RoundFailed(log, e, (int)pause.TotalSeconds);
            }
            try { await Task.Delay(pause, clock, stoppingToken); }
            catch (OperationCanceledException) { return; }
        }
    }

    /// <summary>Spreads what waits and compares anew until nobody is left to compare. Tests drive the worker by this.</summary>
    public async Task RunRoundAsync(CancellationToken ct = default)
    {
        while (await spread.NextImportAsync(ct)) { }
        await spread.NewDayAsync(ct);
        long count = 0;
        for (int batch; (batch = await rematch.NextBatchAsync(ct)) > 0;) count += batch;
        if (count > 0) Rematched(log, count);
    }

    [LoggerMessage(EventId = 4101, Level = LogLevel.Information, Message = "{Count} touched accounts were compared with the registries anew")]
    private static partial void Rematched(ILogger logger, long count);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Warning, Message = "Comparing touched accounts anew failed; it goes on in {PauseSeconds} s")]
    private static partial void RoundFailed(ILogger logger, Exception cause, int pauseSeconds);
}
