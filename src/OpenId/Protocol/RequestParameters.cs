using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Protocol;

/// <summary>The parameters of a protocol request, from the query or a form body, read strictly: each at most once (RFC 6749 §3.1), in
/// percent-encoded UTF-8, without NUL. An empty one counts as absent, as the same section says. A fault does not hide the well-formed ones:
/// the answer may need them to know where to go.</summary>
internal sealed class RequestParameters
{
    /// <summary>Those that may come more than once (RFC 8707 §2, RFC 8693 §2.1): kept as one value, parted by spaces, which a URI cannot
    /// hold.</summary>
    private static readonly string[] Many = ["resource", "audience"];
    private const int MaxCount = 200, MaxBodyBytes = 64 * 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _repeated = new(StringComparer.Ordinal);

    /// <summary>What is wrong with the whole, or null.</summary>
    public OAuthError? Fault { get; private set; }

    /// <summary>Null when absent, empty or given more than once.</summary>
    public string? this[string name] =>
        !_repeated.Contains(name) && _values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The values of a parameter that may come more than once; empty when it is absent.</summary>
    public string[] AllOf(string name) => this[name]?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    public IReadOnlyDictionary<string, string> All => _values;

    public static RequestParameters Of(IReadOnlyDictionary<string, string> kept)
    {
        var parameters = new RequestParameters();
        foreach (var (name, value) in kept) parameters._values[name] = value;
        return parameters;
    }

    /// <summary>These without some, faultless.</summary>
    public RequestParameters Without(params IReadOnlyCollection<string> names) =>
        Of(_values.Where(p => !names.Contains(p.Key)).ToDictionary());

    /// <summary>These and one more, faultless.</summary>
    public RequestParameters With(string name, string value) => Of(new Dictionary<string, string>(_values) { [name] = value });

    public static RequestParameters FromQuery(HttpRequest request) =>
        Parse(Encoding.UTF8.GetBytes(request.QueryString.Value ?? "").AsSpan().TrimStart((byte)'?'));

    public static async Task<RequestParameters> FromFormAsync(HttpRequest request, CancellationToken ct)
    {
        var type = (request.ContentType ?? "").Split(';')[0].Trim();
        if (!type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return Faulty(OAuthError.InvalidRequest("The content type must be application/x-www-form-urlencoded."));
        try
        {
            // Parsed where the server has put it: a buffer for the largest body would be most of what a request allocates.
            var read = await request.BodyReader.ReadAtLeastAsync(MaxBodyBytes + 1, ct);
            var parameters = read.Buffer.Length > MaxBodyBytes ? Faulty(TooLarge())
                : Parse(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
            request.BodyReader.AdvanceTo(read.Buffer.End);
            return parameters;
        }
        // Mostly a BadHttpRequestException; but a chunk whose size overflows is told as a plain one.
        catch (IOException e)
        {
            return Faulty(e is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } ? TooLarge()
                : OAuthError.InvalidRequest("The body cannot be read."));
        }
    }

    private static OAuthError TooLarge() =>
        OAuthError.InvalidRequest($"The body is larger than {MaxBodyBytes / 1024} KiB.")
            with { Status = StatusCodes.Status413PayloadTooLarge };

    private static RequestParameters Faulty(OAuthError fault) => new() { Fault = fault };

    private static RequestParameters Parse(ReadOnlySpan<byte> raw)
    {
        var parameters = new RequestParameters();
        var count = 0;
        foreach (var range in raw.Split((byte)'&'))
        {
            var pair = raw[range];
            if (pair.IsEmpty) continue;
            if (++count > MaxCount) { parameters.Fault = OAuthError.InvalidRequest($"There are more than {MaxCount} parameters."); break; }
            parameters.Add(pair);
        }
        return parameters;
    }

    private void Add(ReadOnlySpan<byte> pair)
    {
        var cut = pair.IndexOf((byte)'=');
        var name = Decode(cut < 0 ? pair : pair[..cut]);
        var value = cut < 0 ? "" : Decode(pair[(cut + 1)..]);
        if (name is null || value is null)
        {
            Fault ??= OAuthError.InvalidRequest("A parameter is not percent-encoded UTF-8.");
            if (name is not null) _repeated.Add(name);
        }
        else if (name.Contains('\0') || value.Contains('\0'))
        {
            Fault ??= OAuthError.InvalidRequest("A parameter holds a NUL character.");
            _repeated.Add(name);
        }
        else if (Many.Contains(name))
        {
            if (value.Contains(' ')) Fault ??= OAuthError.InvalidRequest($"{name} holds a space.");
            _values[name] = _values.TryGetValue(name, out var before) && before.Length > 0 ? $"{before} {value}".TrimEnd() : value;
        }
        else if (!_values.TryAdd(name, value))
        {
            _repeated.Add(name);
            Fault ??= OAuthError.InvalidRequest("A parameter is given more than once.");
        }
    }

    /// <summary>One value of application/x-www-form-urlencoded; null when it is not well-formed.</summary>
    public static string? Decode(ReadOnlySpan<byte> encoded)
    {
        var plain = encoded.Length <= 512 ? stackalloc byte[encoded.Length] : new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var b = encoded[i];
            if (b == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1]) || !char.IsAsciiHexDigit((char)encoded[i + 2]))
                    return null;
                b = (byte)(Hex(encoded[i + 1]) << 4 | Hex(encoded[i + 2]));
                i += 2;
            }
            else if (b == '+') b = (byte)' ';
            plain[length++] = b;
        }
        try { return StrictUtf8.GetString(plain[..length]); }
        catch (DecoderFallbackException) { return null; }
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
