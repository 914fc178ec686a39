using System.Runtime.InteropServices;

namespace Aupd.Portal.Passwords;

/// <summary>Lets a set number of hashes be computed at once, each on a thread of its own and behind everything else the machine has to do;
/// the others wait in the order they came, for a set time at most. Signing in then slows down by itself and nothing else does.</summary>
internal sealed class HashGate : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<Turn> _waiting = new();
    private readonly SemaphoreSlim _come = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly HashingSettings _settings;
    private long _begun;

    public HashGate(HashingSettings settings)
    {
        _settings = settings;
        var threads = _settings.AtOnce > 0 ? _settings.AtOnce : Math.Max(1, Environment.ProcessorCount);
        for (var i = 0; i < threads; i++) new Thread(Work) { IsBackground = true, Name = "password hash" }.Start();
    }

    /// <summary>How many hashes this gate has let in, those of all answers among them; tests compare costs by it.</summary>
    public long Begun => Interlocked.Read(ref _begun);

    /// <summary>What to tell people who cannot wait any longer: come back in so long.</summary>
    public TimeSpan RetryAfter => TimeSpan.FromMilliseconds(Math.Max(1000, _settings.LongestWaitMilliseconds));

    /// <summary>Runs the work in its turn. False: too many were waiting, or the wait took too long; nothing was computed.</summary>
    public async Task<GateResult<T>> RunAsync<T>(Func<T> work, CancellationToken ct = default)
    {
        var turn = new Turn<T>(work);
        lock (_lock)
        {
            while (_waiting.TryPeek(out var first) && first.IsOver) _waiting.Dequeue();
            if (_waiting.Count >= _settings.LongestQueue) return default;
            _waiting.Enqueue(turn);
        }
        _come.Release();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(_settings.LongestWaitMilliseconds);
        await using var registration = deadline.Token.Register(turn.GiveUp);
        var result = await turn.Result;
        ct.ThrowIfCancellationRequested();
        return result;
    }

    public void Dispose() => _closing.Cancel();

    private void Work()
    {
        StepBack();
        while (true)
        {
            try { _come.Wait(_closing.Token); }
            catch (OperationCanceledException) { return; }
            Turn? turn;
            lock (_lock) _waiting.TryDequeue(out turn);
            if (turn is null || !turn.TryBegin()) continue;
            Interlocked.Increment(ref _begun);
            turn.Run();
        }
    }

    // Linux keeps a nice value per thread: with 10 a hash takes what is left over beside pages and the database on the same machine.
    private static void StepBack()
    {
        const int process = 0, callingThread = 0, niceness = 10;
        if (OperatingSystem.IsLinux()) _ = setpriority(process, callingThread, niceness);
    }

    [DllImport("libc")] private static extern int setpriority(int which, int who, int priority);

    private abstract class Turn
    {
        private const int Waits = 0, Runs = 1, Over = 2;
        private int _state = Waits;

        public bool IsOver => Volatile.Read(ref _state) == Over;
        public bool TryBegin() => Interlocked.CompareExchange(ref _state, Runs, Waits) == Waits;
        public void GiveUp() { if (Interlocked.CompareExchange(ref _state, Over, Waits) == Waits) Refuse(); }
        public abstract void Run();
        protected abstract void Refuse();
    }

    private sealed class Turn<T>(Func<T> work) : Turn
    {
        private readonly TaskCompletionSource<GateResult<T>> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<GateResult<T>> Result => _result.Task;
        protected override void Refuse() => _result.SetResult(default);

        public override void Run()
        {
            try { _result.SetResult(new GateResult<T>(true, work())); }
            catch (Exception e) { _result.SetException(e); }
        }
    }
}

/// <param name="Passed">False: the work was not done, there are too many waiting.</param>
internal readonly record struct GateResult<T>(bool Passed, T Value);
