using Aupd.Kernel.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.SignIn.Qr;

/// <summary>Wakes the screens that wait here when any node changes their codes. A node where none has ever waited does not listen.</summary>
internal sealed partial class ScreenNews(Notifications notifications, TimeProvider clock, SignInSettings settings, ILogger<ScreenNews> log) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<Waiting>> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ofNetwork = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One open page. Disposing ends the waiting.</summary>
    internal sealed class Waiting(ScreenNews news, string screen, string network) : IDisposable
    {
        private readonly SemaphoreSlim _signal = new(0, 1);

        internal string Screen { get; } = screen;
        internal string Network { get; } = network;

        /// <summary>True when there is news, false when the time is over.</summary>
        internal Task<bool> WaitAsync(TimeSpan most, CancellationToken ct) => _signal.WaitAsync(most, ct);

        internal void Wake()
        {
            try { _signal.Release(); }
            catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException) { /* woken already, or gone */ }
        }

        public void Dispose()
        {
            news.Remove(this);
            _signal.Dispose();
        }
    }

    /// <summary>Null when so many pages of this network wait at this node that one more must ask from time to time instead.</summary>
    internal Waiting? Wait(byte[] screen, string network)
    {
        var waiting = new Waiting(this, Convert.ToHexStringLower(screen), network);
        lock (_lock)
        {
            var count = _ofNetwork.GetValueOrDefault(network);
            if (count >= settings.Qr.CodesPerNetwork) return null;
            _ofNetwork[network] = count + 1;
            if (!_waiting.TryGetValue(waiting.Screen, out var pages)) _waiting[waiting.Screen] = pages = [];
            pages.Add(waiting);
        }
        _first.TrySetResult();
        return waiting;
    }

    private void Remove(Waiting waiting)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(waiting.Screen, out var pages) || !pages.Remove(waiting)) return;
            if (pages.Count == 0) _waiting.Remove(waiting.Screen);
            if (--_ofNetwork[waiting.Network] == 0) _ofNetwork.Remove(waiting.Network);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _first.Task.WaitAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                try { await ListenAsync(stoppingToken); }
                catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
                {
                    DatabaseAway(log, e);
                    await Task.Delay(PauseAfterFailure, clock, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        using var listener = await notifications.ListenAsync([ScreenCodes.Channel], Wake, ct);
        // What was told while nobody listened is not told again: every screen looks once.
        WakeAll();
        while (true) await listener.WaitAsync(Timeout.InfiniteTimeSpan, ct);
    }

    private void Wake(string screen)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(screen, out var pages)) return;
            foreach (var page in pages) page.Wake();
        }
    }

    private void WakeAll()
    {
        lock (_lock)
        {
            foreach (var page in _waiting.Values.SelectMany(p => p)) page.Wake();
        }
    }

    [LoggerMessage(EventId = 5004, Level = LogLevel.Warning, Message = "News of screen codes could not be listened for; tried again at once")]
    private static partial void DatabaseAway(ILogger logger, Exception cause);
}
