using Dapper;
using Npgsql;

namespace Aupd.Kernel.Data;

/// <summary>Hears what any node announces by NOTIFY, over one connection for everyone in this process: a node with all parts would hold eight if each listener
/// had its own. Who listens needs the news itself or only to be woken.</summary>
public sealed class Notifications(NpgsqlDataSource source) : IAsyncDisposable
{
    /// <summary>The connection is asked for a sign of life this often: one that was cut on the way says nothing.</summary>
    private static readonly TimeSpan CheckAfter = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly List<Listener> _listeners = [];
    private readonly CancellationTokenSource _end = new();
    private CancellationTokenSource _change = new();
    private Task _hearing = Task.CompletedTask;
    private bool _isHearing;

    /// <summary>From its return on nothing announced on these channels is missed, until <see cref="Listener.WaitAsync"/> throws: then the connection was lost, and
    /// who wants to go on listens anew and looks for what was missed.</summary>
    /// <param name="channels">Names as they stand in NOTIFY.</param>
    /// <param name="heard">Called with the payload of each announcement by whoever reads the connection: it must not wait.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<Listener> ListenAsync(IReadOnlyList<string> channels, Action<string>? heard = null, CancellationToken ct = default)
    {
        var listener = new Listener(Remove, channels, heard);
        CancellationTokenSource change;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, this);
            _listeners.Add(listener);
            change = _change;
            if (!_isHearing) (_isHearing, _hearing) = (true, Task.Run(HearAsync, CancellationToken.None));
        }
        await change.CancelAsync();
        try
        {
            await listener.Begun.WaitAsync(ct);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Task hearing;
        lock (_lock) hearing = _hearing;
        await hearing;
    }

    private async Task HearAsync()
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(_end.Token);
            connection.Notification += (_, news) => Tell(news.Channel, news.Payload);
            try { await HearAsync(connection); }
            finally
            {
                // The connection goes back to the pool: it must not go on listening there.
                if (connection.State == System.Data.ConnectionState.Open) await connection.ExecuteAsync("unlisten *");
            }
        }
        catch (Exception e) { Lose(e); }
    }

    private async Task HearAsync(NpgsqlConnection connection)
    {
        HashSet<string> channels = new(StringComparer.Ordinal);
        while (true)
        {
            var (listeners, change) = Current();
            var wanted = listeners.SelectMany(l => l.Channels).ToHashSet(StringComparer.Ordinal);
            foreach (var channel in wanted.Where(channels.Add).ToList()) await connection.ExecuteAsync($"listen {channel}");
            foreach (var channel in channels.Except(wanted).ToList())
            {
                await connection.ExecuteAsync($"unlisten {channel}");
                channels.Remove(channel);
            }
            foreach (var listener in listeners) listener.Begin();
            using var wake = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, change);
            try
            {
                if (!await connection.WaitAsync(CheckAfter, wake.Token)) await connection.ExecuteAsync("select 1");
            }
            catch (OperationCanceledException) when (!_end.IsCancellationRequested) { /* somebody came or went */ }
        }
    }

    private (IReadOnlyList<Listener> Listeners, CancellationToken Change) Current()
    {
        lock (_lock)
        {
            if (_change.IsCancellationRequested) _change = new CancellationTokenSource();
            return ([.. _listeners], _change.Token);
        }
    }

    private void Tell(string channel, string payload)
    {
        List<Listener> those;
        lock (_lock) those = [.. _listeners.Where(l => l.Channels.Contains(channel))];
        foreach (var listener in those) listener.Hear(payload);
    }

    private void Lose(Exception cause)
    {
        List<Listener> lost;
        lock (_lock)
        {
            _isHearing = false;
            lost = [.. _listeners];
            _listeners.Clear();
        }
        foreach (var listener in lost) listener.Lose(cause as NpgsqlException ?? new NpgsqlException("The connection that listens was lost.", cause));
    }

    private void Remove(Listener listener)
    {
        CancellationTokenSource change;
        lock (_lock)
        {
            if (!_listeners.Remove(listener)) return;
            change = _change;
        }
        change.Cancel();
    }
}
