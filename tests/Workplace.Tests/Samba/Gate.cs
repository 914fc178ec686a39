using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Aupd.TestKit;

namespace Aupd.Workplace.Tests.Samba;

/// <summary>Stands between the program and the directory, or another server of this machine: can be shut, and can break every connection at its n-th request, after the request has
/// gone through and before its answer comes back, as when a worker dies there.</summary>
public sealed class Gate : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly Task _accepting;
    private volatile bool _isShut, _isHeld;
    private volatile byte[]? _heldFrom;
    private int _left = int.MaxValue;

    public Gate(int farPort = 636)
    {
        FarPort = farPort;
        Port = ProgramProcess.FreePort();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Where it leads.</summary>
    public int FarPort { get; set; }

    public void Shut()
    {
        _isShut = true;
        foreach (var client in _open.Keys) client.Close();
    }

    public void Open() => (_isShut, _left, _heldFrom, _isHeld) = (false, int.MaxValue, null, false);

    /// <summary>Lets so many more pieces through to the directory; then the connection breaks and the gate is shut.</summary>
    public void BreakAfter(int pieces) => (_isShut, _left) = (false, pieces);

    public bool IsShut => _isShut;

    /// <summary>From the next request on that begins so, no answer comes back, though all goes through: until the gate is opened.</summary>
    public void HoldAt(string beginning) => _heldFrom = Encoding.ASCII.GetBytes(beginning);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        Shut();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try { _ = CarryAsync(await _listener.AcceptTcpClientAsync(_ended.Token)); }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { return; }
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using (near)
        {
            if (_isShut) return;
            using var far = new TcpClient();
            _open[near] = true;
            _open[far] = true;
            try
            {
                await far.ConnectAsync(SambaDomain.Host, FarPort);
                await Task.WhenAny(PumpAsync(near, far, counts: true), PumpAsync(far, near, counts: false));
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException) { }
            finally
            {
                _open.TryRemove(near, out _);
                _open.TryRemove(far, out _);
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool counts)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            var (source, target) = (from.GetStream(), to.GetStream());
            for (int read; (read = await source.ReadAsync(buffer)) > 0;)
            {
                if (counts && _heldFrom is { } beginning && buffer.AsSpan(0, read).StartsWith(beginning)) _isHeld = true;
                if (!counts && _isHeld) continue;
                await target.WriteAsync(buffer.AsMemory(0, read));
                if (!counts || Interlocked.Decrement(ref _left) > 0) continue;
                // The directory has the request, nobody hears the answer.
                _isShut = true;
                from.Close();
                await Task.Delay(TimeSpan.FromMilliseconds(300));
                return;
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException) { }
    }
}
