using System.Globalization;
using System.Text;

namespace Aupd.OpenId.Tests.Fuzzing;

/// <summary>One request that is to be spoilt. Parameters are bytes already encoded as they go over the wire.</summary>
internal sealed class FuzzCase
{
    public string Method { get; set; } = "POST";
    public required string Path { get; init; }
    public List<(byte[] Name, byte[] Value)> Parameters { get; } = [];
    public List<(string Name, string Value)> Headers { get; } = [];
    public string? ContentType { get; set; } = "application/x-www-form-urlencoded";
    /// <summary>Instead of the parameters.</summary>
    public byte[]? Body { get; set; }
    public string Version { get; set; } = "HTTP/1.1";
    public long? ClaimedLength { get; set; }
    /// <summary>What was done to it.</summary>
    public List<string> Done { get; } = [];
    /// <summary>Breaks a rule that every reader of parameters keeps: it must be refused, whatever else it says.</summary>
    public bool Fatal { get; set; }
    /// <summary>Breaks HTTP itself: the server answers for the endpoint, or hangs up.</summary>
    public bool BreaksHttp { get; set; }

    /// <summary>Promises more than it sends, and says so by closing its side.</summary>
    public bool HangsUp { get; set; }

    public (byte[] Head, byte[] Body) Build()
    {
        var inQuery = Method == "GET" && Body is null;
        var parameters = Join();
        var body = Body ?? (inQuery ? [] : parameters);
        using var head = new MemoryStream();
        Write(head, $"{Method} {Path}");
        if (inQuery && parameters.Length > 0) { Write(head, Path.Contains('?') ? "&" : "?"); head.Write(parameters); }
        Write(head, $" {Version}\r\n");
        if (Headers.All(h => h.Name != "Host")) Write(head, "Host: localhost\r\n");
        if (!inQuery)
        {
            if (ContentType is not null) Write(head, $"Content-Type: {ContentType}\r\n");
            if (Headers.All(h => h.Name != "Transfer-Encoding"))
                Write(head, $"Content-Length: {(ClaimedLength ?? body.Length).ToString(CultureInfo.InvariantCulture)}\r\n");
        }
        foreach (var (name, value) in Headers) Write(head, $"{name}: {value}\r\n");
        Write(head, "Connection: close\r\n\r\n");
        return (head.ToArray(), body);
    }

    public override string ToString()
    {
        var (head, body) = Build();
        var text = Encoding.Latin1.GetString([.. head, .. body]);
        return $"[{string.Join("; ", Done)}]\n{text[..Math.Min(text.Length, 700)].Replace('\0', '␀')}";
    }

    private byte[] Join()
    {
        using var joined = new MemoryStream();
        foreach (var (name, value) in Parameters)
        {
            if (joined.Length > 0) joined.WriteByte((byte)'&');
            joined.Write(name);
            joined.WriteByte((byte)'=');
            joined.Write(value);
        }
        return joined.ToArray();
    }

    // Latin-1, so that any byte can be written.
    private static void Write(Stream to, string text) => to.Write(Encoding.Latin1.GetBytes(text));
}
