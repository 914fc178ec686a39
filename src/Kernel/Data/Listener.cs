using System.Threading.Channels;
using Npgsql;

namespace Aupd.Kernel.Data;

/// <summary>One who hears the announcements of some channels. Disposing ends it.</summary>
public sealed class Listener : IDisposable
{
    private readonly Channel<bool> _heard = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Listener> _end;
    private readonly Action<string>? _tell;

    internal Listener(Action<Listener> end, IReadOnlyList<string> channels, Action<string>? tell) => (_end, Channels, _tell) = (end, channels, tell);

    internal IReadOnlyList<string> Channels { get; }
    internal Task Begun => _begun.Task;

    /// <summary>True when there was an announcement since the last call, false when the time is over.</summary>
    /// <exception cref="NpgsqlException">The connection was lost; this listener hears nothing more.</exception>
    public async Task<bool> WaitAsync(TimeSpan most, CancellationToken ct)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(ct);
        time.CancelAfter(most);
        try { return await _heard.Reader.WaitToReadAsync(time.Token) && _heard.Reader.TryRead(out _); }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { return false; }
    }

    public void Dispose() => _end(this);

    internal void Begin() => _begun.TrySetResult();

    internal void Hear(string payload)
    {
        _tell?.Invoke(payload);
        _heard.Writer.TryWrite(true);
    }

    internal void Lose(NpgsqlException cause)
    {
        _begun.TrySetException(cause);
        _heard.Writer.TryComplete(cause);
    }
}
