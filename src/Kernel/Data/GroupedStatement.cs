using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Aupd.Kernel.Data;

/// <summary>What all of them have in common.</summary>
public static class GroupedStatement
{
    /// <summary>Requests in one statement.</summary>
    public const int Most = 64;

    /// <summary>Many times as long as a statement over a few keys takes.</summary>
    public static readonly TimeSpan Hanging = TimeSpan.FromSeconds(1);

    /// <summary>Is true. It tells PostgreSQL that the requests are few, so that it looks up the rows of each by their keys, also where it plans while the table is
    /// empty still.</summary>
    /// <param name="place">Of the request in the statement, from one.</param>
    public static string Few(string place) => $"{place} between 1 and {Most}";
}

/// <summary>Requests of one kind that come while the database is busy with earlier ones go to it together, in one statement: what a statement costs before its first
/// row (PostgreSQL opens and locks every table that it mentions), the round trip and the commit are then paid once for all of them. Nobody waits for others to come:
/// who comes while none is under way goes at once, and alone. One is under way at a time, since two would be half as large each, dearer and later; unless it hangs.</summary>
public sealed class GroupedStatement<TAsk, TAnswer>
    where TAnswer : class
{
    private sealed class Waiting(TAsk ask, CancellationToken ct) : TaskCompletionSource<TAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TAsk Ask { get; } = ask;
        public Activity? Activity { get; } = Activity.Current;
        public bool IsGivenUp => ct.IsCancellationRequested && TrySetCanceled(ct);
    }

    private readonly ConcurrentQueue<Waiting> _waiting = new();
    private readonly Func<IReadOnlyList<TAsk>, Task<TAnswer?[]>> _run;
    private readonly TimeSpan _hanging;
    private readonly Timer _overdue;
    // The timestamp at which the one began that others wait for; 0: none is under way.
    private long _underWay;

    /// <param name="run">Runs them in one transaction and gives an answer to each, in their order; null: not decided here. It must not wait for locks of others, for
    /// everybody in the statement would wait with it.</param>
    /// <param name="hanging">After how long nobody waits any more for the end of the one under way: its connection may be lost without a word.</param>
    public GroupedStatement(Func<IReadOnlyList<TAsk>, Task<TAnswer?[]>> run, TimeSpan hanging)
    {
        (_run, _hanging) = (run, hanging);
        _overdue = new Timer(_ => LookAgain());
    }

    /// <summary>What was decided; null: nothing was, and nothing was changed for this one: it is to go a way of its own, which tells why.</summary>
    /// <param name="ct">Whoever goes before a statement took the request up leaves nothing behind.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached; whether it did its work may not be known.</exception>
    public Task<TAnswer?> AskAsync(TAsk ask, CancellationToken ct)
    {
        var waiting = new Waiting(ask, ct);
        _waiting.Enqueue(waiting);
        Begin();
        return waiting.Task;
    }

    // A timer may be early by its grain: as long as somebody waits, it looks once more.
    private void LookAgain()
    {
        if (_waiting.IsEmpty) return;
        Begin();
        _overdue.Change(_hanging, Timeout.InfiniteTimeSpan);
    }

    // Behind everything that already has its turn on a thread: of requests that were read from the network together, all are waiting by then.
    private void Begin()
    {
        if (TryBegin(out var begun)) ThreadPool.UnsafeQueueUserWorkItem(static turn => _ = turn.Self.DriveAsync(turn.Begun), (Self: this, Begun: begun), preferLocal: false);
    }

    private bool TryBegin(out long begun)
    {
        begun = Stopwatch.GetTimestamp();
        var other = Volatile.Read(ref _underWay);
        return (other == 0 || Stopwatch.GetElapsedTime(other, begun) > _hanging) && TryChange(other, begun);
    }

    private bool TryChange(long from, long to) => Interlocked.CompareExchange(ref _underWay, to, from) == from;

    // Whoever came after the last look and before the mark was taken away did not begin: hence the second look. When the mark is another one's, this one hung, and
    // the other goes on.
    private async Task DriveAsync(long begun)
    {
        do
        {
            for (var group = Take(); group.Count > 0; group = Take())
            {
                await RunAsync(group);
                var ended = Stopwatch.GetTimestamp();
                if (!TryChange(begun, ended)) return;
                begun = ended;
            }
            if (!TryChange(begun, 0)) return;
        } while (!_waiting.IsEmpty && TryBegin(out begun));
    }

    private List<Waiting> Take()
    {
        var group = new List<Waiting>();
        while (group.Count < GroupedStatement.Most && _waiting.TryDequeue(out var next)) if (!next.IsGivenUp) group.Add(next);
        return group;
    }

    private async Task RunAsync(List<Waiting> group)
    {
        // A statement belongs to one trace: that of whoever waited longest.
        Activity.Current = group[0].Activity;
        _overdue.Change(_hanging, Timeout.InfiniteTimeSpan);
        try
        {
            var answers = await _run(group.ConvertAll(w => w.Ask));
            for (var i = 0; i < group.Count; i++) group[i].SetResult(answers[i]);
        }
        // The server rolled all of it back: whose fault it was shows when each goes alone.
        catch (PostgresException) { group.ForEach(w => w.TrySetResult(null)); }
        catch (Exception e) { group.ForEach(w => w.TrySetException(e)); }
    }
}
