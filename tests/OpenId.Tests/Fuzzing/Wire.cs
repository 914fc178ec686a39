using System.Net.Sockets;
using System.Text;

namespace Aupd.OpenId.Tests.Fuzzing;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Location => Headers.GetValueOrDefault("location");
    public bool IsJson => Headers.GetValueOrDefault("content-type")?.StartsWith("application/json", StringComparison.Ordinal) == true;

    /// <summary>Says no: by its status, or at the client by query or form_post.</summary>
    public bool Refuses =>
        Status >= 400 || (Status is >= 300 and < 400 && (Location ?? "").Contains("error=", StringComparison.Ordinal)) || Body.Contains("name=\"error\"", StringComparison.Ordinal);
}

/// <summary>HTTP by hand: a proper client would not send what is sent here.</summary>
internal static class Wire
{
    /// <param name="hangUp">Says that nothing more will come: a server that still waits for something need not.</param>
    /// <returns>Null when the server hung up without an answer, as it may on what is no HTTP or has no end.</returns>
    public static async Task<Answer?> SendAsync(int port, byte[] head, byte[] body, bool hangUp, CancellationToken ct)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port, ct);
        var stream = socket.GetStream();
        // The server may answer, and close, before it has read all.
        var sending = WriteAsync(socket, head, body, hangUp, ct);
        using var got = new MemoryStream();
        try { await stream.CopyToAsync(got, ct); }
        catch (IOException) { }
        await sending;
        return Parse(Encoding.Latin1.GetString(got.ToArray()));
    }

    private static async Task WriteAsync(TcpClient socket, byte[] head, byte[] body, bool hangUp, CancellationToken ct)
    {
        try
        {
            await socket.GetStream().WriteAsync(head, ct);
            await socket.GetStream().WriteAsync(body, ct);
            if (hangUp) socket.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException) { }
    }

    private static Answer? Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || !text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)) return null;
        var lines = text[..end].Split("\r\n");
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).GroupBy(h => h[0].ToLowerInvariant()).ToDictionary(g => g.Key, g => string.Join(", ", g.Select(h => h[1])));
        var body = text[(end + 4)..];
        return new Answer(int.Parse(lines[0][9..12]), headers, headers.ContainsKey("transfer-encoding") ? Whole(body) : body);
    }

    // Chunks put together, RFC 9112 §7.1.
    private static string Whole(string chunked)
    {
        var whole = new StringBuilder();
        for (var at = 0; chunked.IndexOf("\r\n", at, StringComparison.Ordinal) is var line and >= 0;)
        {
            var length = Convert.ToInt32(chunked[at..line], 16);
            if (length == 0 || line + 2 + length > chunked.Length) break;
            whole.Append(chunked, line + 2, length);
            at = line + 2 + length + 2;
        }
        return whole.ToString();
    }
}
