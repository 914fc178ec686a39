using System.Threading.Channels;
using Aupd.Workplace.ActiveDirectory;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>Keeps the directory as it should be. Any number of nodes may run one. While the directory is away everything waits, nobody's attempts are
/// counted, and one lane at a time asks whether it is back.</summary>
internal sealed partial class DeliveryWorker(
    NpgsqlDataSource source, DeliverNext deliver, DirectorySettings settings, TrustedFolder trusted, TimeProvider clock, ILogger<DeliveryWorker> log) : BackgroundService
{
    /// <summary>Told when something has become due.</summary>
    public const string Channel = "aupd_workplace";
    private static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(2), ShortestAway = TimeSpan.FromSeconds(1), LongestAway = TimeSpan.FromSeconds(15);
    private readonly Channel<bool> _wakes = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile string? _away;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => settings.IsConfigured
        ? Task.WhenAll(Enumerable.Range(0, settings.Lanes).Select(_ => GoOnAsync(RunLaneAsync, stoppingToken)).Append(GoOnAsync(ListenAsync, stoppingToken)))
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

    private async Task RunLaneAsync(CancellationToken ct)
    {
        DirectoryLink? link = null;
        var pause = ShortestAway;
        try
        {
            while (true)
            {
                await _wakes.Reader.ReadAsync(ct);
                try
                {
                    // A lane that has failed, or sees that another has, asks alone.
                    using (_away is null ? null : await AskAloneAsync(ct))
                        while (await deliver.RunAsync(() => link ??= DirectoryLink.Open(settings, trusted), ct))
                        {
                            pause = ShortestAway;
                            if (_away is not null) Returned();
                            // Where there is one there may be more.
                            _wakes.Writer.TryWrite(true);
                        }
                }
                catch (DirectoryAwayException e)
                {
                    link?.Dispose();
                    link = null;
                    Left(e);
                    await Task.Delay(pause, clock, ct);
                    pause = pause * 2 < LongestAway ? pause * 2 : LongestAway;
                    _wakes.Writer.TryWrite(true);
                }
            }
        }
        finally { link?.Dispose(); }
    }

    private async Task<IDisposable> AskAloneAsync(CancellationToken ct)
    {
        await _asking.WaitAsync(ct);
        return new Released(_asking);
    }

    private sealed class Released(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }

    private void Left(DirectoryAwayException cause)
    {
        if (_away == cause.Message) return;
        _away = cause.Message;
        DirectoryAway(log, cause.Message);
    }

    private void Returned()
    {
        _away = null;
        DirectoryBack(log);
    }

    // What is due at a later hour announces itself by nothing: the end of a pause does.
    private async Task ListenAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        try
        {
            await connection.ExecuteAsync($"listen {Channel}");
            while (true)
            {
                _wakes.Writer.TryWrite(true);
                await connection.WaitAsync((int)IdlePause.TotalMilliseconds, ct);
            }
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open) await connection.ExecuteAsync($"unlisten {Channel}");
        }
    }

    [LoggerMessage(EventId = 7111, Level = LogLevel.Error, Message = "The directory is away, accounts and passwords wait: {Reason}")]
    private static partial void DirectoryAway(ILogger logger, string reason);

    [LoggerMessage(EventId = 7112, Level = LogLevel.Information, Message = "The directory is back")]
    private static partial void DirectoryBack(ILogger logger);

    [LoggerMessage(EventId = 7113, Level = LogLevel.Warning, Message = "The delivery worker lost the database and tries again")]
    private static partial void DatabaseAway(ILogger logger, Exception cause);
}
