namespace Aupd.TestKit;

/// <summary>A clock that stands still until told to go on. What waits by it waits in real time, or until the clock is told past its end.</summary>
public sealed class FakeClock(DateTimeOffset? start = null) : TimeProvider
{
    private long _ticks = (start ?? new DateTimeOffset(2026, 9, 1, 5, 30, 0, TimeSpan.Zero)).UtcTicks;
    private readonly HashSet<Pause> _pauses = [];

    /// <summary>Told when there may be something to do for workers: after each of the two below.</summary>
    public event Action? Moved;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref _ticks, by.Ticks);
        EndPauses(GetUtcNow());
        Moved?.Invoke();
    }

    /// <summary>As <see cref="Advance"/>, and nobody is woken: a test of what looks by itself, every few seconds.</summary>
    public void AdvanceUnnoticed(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    /// <summary>Ends the pauses of the workers now; the time stays as it is.</summary>
    public void Hurry()
    {
        EndPauses(DateTimeOffset.MaxValue);
        Moved?.Invoke();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Pause(this, callback, state, dueTime, period);

    private void EndPauses(DateTimeOffset until)
    {
        Pause[] over;
        lock (_pauses) over = [.. _pauses.Where(p => p.Ends <= until)];
        foreach (var pause in over) pause.End();
    }

    /// <summary>A timer by real time that can be ended before.</summary>
    private sealed class Pause : ITimer
    {
        private readonly FakeClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _real;

        internal Pause(FakeClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _real = System.CreateTimer(_ => Run(isPeriodic: period > TimeSpan.Zero), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Change(dueTime, period);
        }

        internal DateTimeOffset Ends { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero) Forget();
            else
            {
                Ends = _clock.GetUtcNow() + dueTime;
                lock (_clock._pauses) _clock._pauses.Add(this);
            }
            return _real.Change(dueTime, period);
        }

        internal void End()
        {
            if (Forget()) _callback(_state);
        }

        public void Dispose()
        {
            Forget();
            _real.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Forget();
            return _real.DisposeAsync();
        }

        private void Run(bool isPeriodic)
        {
            if (Forget() || isPeriodic) _callback(_state);
        }

        private bool Forget()
        {
            lock (_clock._pauses) return _clock._pauses.Remove(this);
        }
    }
}
