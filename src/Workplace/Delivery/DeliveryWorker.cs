using Aupd.Kernel.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>Keeps every target as it should be. Any number of nodes may run one.</summary>
internal sealed partial class DeliveryWorker(
    Notifications notifications, DeliverNext deliver, TargetStates states, PlantDeliveries plant, IEnumerable<DeliveryTarget> targets, TimeProvider clock,
    ILogger<DeliveryWorker> log) : BackgroundService
{
    /// <summary>Told when something has become due.</summary>
    public const string Channel = "aupd_workplace";
    private static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(2), PlantPause = TimeSpan.FromHours(1);
    private readonly List<TargetLanes> _lanes = [.. targets.Where(t => t.IsConfigured).Select(t => new TargetLanes(t, deliver, states, clock, log))];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _lanes.Count > 0
        ? Task.WhenAll(_lanes.SelectMany(l => Enumerable.Repeat(l, l.Target.Lanes)).Select(l => GoOnAsync(l.RunAsync, stoppingToken))
            .Append(GoOnAsync(ListenAsync, stoppingToken)).Append(GoOnAsync(PlantAsync, stoppingToken)))
        : Task.CompletedTask;

    private async Task GoOnAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try { await work(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                DatabaseAway(log, e);
                await Task.Delay(IdlePause, clock, stoppingToken);
            }
        }
    }

    // What is due at a later hour announces itself by nothing: the end of a pause does.
    private async Task ListenAsync(CancellationToken ct)
    {
        using var listener = await notifications.ListenAsync([Channel], ct: ct);
        while (true)
        {
            foreach (var lanes in _lanes) lanes.Wake();
            await listener.WaitAsync(IdlePause, ct);
        }
    }

    private async Task PlantAsync(CancellationToken ct)
    {
        while (true)
        {
            if (await plant.RunAsync(_lanes.Select(l => l.Target.Name), ct) > 0) foreach (var lanes in _lanes) lanes.Wake();
            await Task.Delay(PlantPause, clock, ct);
        }
    }

    [LoggerMessage(EventId = 7113, Level = LogLevel.Warning, Message = "The delivery worker lost the database and tries again")]
    private static partial void DatabaseAway(ILogger logger, Exception cause);
}
