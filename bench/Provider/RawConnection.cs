using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aupd.Bench.Provider;

/// <summary>An HTTP/1.1 connection that is kept, as cheap as can be: the generator of load must not take the processor from what it
/// loads. Reads answers with a length and chunked ones; the text of an answer is good until the next request.</summary>
internal sealed class RawConnection(int port) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Socket? _socket;
    private int _bodyStart, _bodyEnd;

    public int Status { get; private set; }
    public ReadOnlySpan<byte> Head => _buffer.AsSpan(0, _bodyStart);
    /// <summary>As it came: chunked bodies with the sizes of their chunks between.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_bodyStart, _bodyEnd - _bodyStart);

    public static byte[] Post(int port, string path, string form, string? headers = null) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n{headers}"
        + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {form.Length}\r\n\r\n{form}"));

    public static byte[] Get(int port, string path, string? headers = null) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}\r\n");

    /// <exception cref="InvalidOperationException">The answer has another status than expected.</exception>
    public async Task SendAsync(byte[] request, int expected)
    {
        if (_socket is null)
        {
            _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await _socket.ConnectAsync(IPAddress.Loopback, port);
        }
        await _socket.SendAsync(request);
        await ReadAsync(_socket);
        if (Status != expected) throw new InvalidOperationException($"Status {Status} in place of {expected}: {Encoding.UTF8.GetString(_buffer, 0, _bodyEnd)}");
    }

    /// <summary>What stands in the answer between two texts; both must be there.</summary>
    public string Between(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var all = _buffer.AsSpan(0, _bodyEnd);
        var start = all.IndexOf(before);
        var rest = start < 0 ? default : all[(start + before.Length)..];
        var end = rest.IndexOf(after);
        return end < 0 ? throw new InvalidOperationException($"No {Encoding.ASCII.GetString(before)} in: {Encoding.UTF8.GetString(all)}")
            : Encoding.ASCII.GetString(rest[..end]);
    }

    public void Dispose() => _socket?.Dispose();

    private async Task ReadAsync(Socket socket)
    {
        (_bodyStart, _bodyEnd) = (0, 0);
        while (!IsWhole())
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_bodyEnd));
            if (read == 0) throw new InvalidOperationException("The server closed the connection, or its answer is larger than the buffer.");
            _bodyEnd += read;
        }
    }

    private bool IsWhole()
    {
        var all = _buffer.AsSpan(0, _bodyEnd);
        var end = all.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        _bodyStart = end + 4;
        var head = all[.._bodyStart];
        Status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
        if (head.IndexOf("Transfer-Encoding: chunked"u8) >= 0) return all[_bodyStart..].EndsWith("0\r\n\r\n"u8);
        var length = head.IndexOf("Content-Length: "u8);
        if (length < 0) return true;
        var digits = head[(length + 16)..];
        return _bodyEnd - _bodyStart >= int.Parse(digits[..digits.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
    }
}
