using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aupd.Workplace.Delivery;

/// <summary>The lanes of one node towards one target. While the target is away everything waits, nobody's attempts are counted, and one lane at a time
/// asks whether it is back.</summary>
internal sealed partial class TargetLanes(DeliveryTarget target, DeliverNext deliver, TargetStates states, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan ShortestAway = TimeSpan.FromSeconds(1), LongestAway = TimeSpan.FromSeconds(15);
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile string? _away;

    public DeliveryTarget Target => target;

    public void Wake() => _wakes.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken ct)
    {
        TargetSession? session = null;
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
                        while (await deliver.RunAsync(target, session ??= target.Begin(), ct))
                        {
                            pause = ShortestAway;
                            if (_away is not null) Returned();
                            // Where there is one there may be more.
                            Wake();
                        }
                }
                catch (TargetAwayException e)
                {
                    if (session is not null) await session.DisposeAsync();
                    session = null;
                    await LeftAsync(e, ct);
                    await Task.Delay(pause, clock, ct);
                    pause = pause * 2 < LongestAway ? pause * 2 : LongestAway;
                    Wake();
                }
            }
        }
        finally
        {
            if (session is not null) await session.DisposeAsync();
        }
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

    private async Task LeftAsync(TargetAwayException cause, CancellationToken ct)
    {
        if (_away == cause.Message && cause.RetryAfter is null) return;
        if (_away != cause.Message) TargetAway(log, target.Name, cause.Message);
        _away = cause.Message;
        await states.AwayAsync(target.Name, cause.Message, cause.RetryAfter, ct);
    }

    private void Returned()
    {
        _away = null;
        TargetBack(log, target.Name);
    }

    [LoggerMessage(EventId = 7111, Level = LogLevel.Error, Message = "{Target} is away, accounts and passwords wait: {Reason}")]
    private static partial void TargetAway(ILogger logger, string target, string reason);

    [LoggerMessage(EventId = 7112, Level = LogLevel.Information, Message = "{Target} is back")]
    private static partial void TargetBack(ILogger logger, string target);
}
