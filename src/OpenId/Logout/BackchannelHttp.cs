using System.Net;
using System.Net.Sockets;

namespace Aupd.OpenId.Logout;

/// <summary>Calls addresses that registrations name. Follows no redirect, uses no proxy, waits a few seconds, and (unless allowed) reaches
/// public addresses only, looked at after the name was resolved: a registration must not become a door into the region's network.</summary>
internal sealed class BackchannelHttp : IDisposable
{
    private readonly HttpClient _http;

    public BackchannelHttp(OpenIdSettings settings, ProviderIdentity provider)
    {
        var allowPrivate = settings.AllowPrivateBackchannel ?? IsLocalhost(provider.Issuer);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(settings.BackchannelTimeoutSeconds), ConnectCallback = (context, ct) =>
                ConnectAsync(context.DnsEndPoint, allowPrivate, ct),
        };
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(settings.BackchannelTimeoutSeconds) };
    }

    public async Task<HttpStatusCode> PostAsync(string uri, HttpContent content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = content };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        return response.StatusCode;
    }

    /// <summary>The body of an answer 200; null when it is another answer or longer.</summary>
    /// <exception cref="HttpRequestException">The address cannot be reached, or not by us.</exception>
    public async Task<byte[]?> GetAsync(string uri, int maxBytes, CancellationToken ct)
    {
        // The client's time-out ends with the headers; this one holds for the whole answer.
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(ct);
        whole.CancelAfter(_http.Timeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, whole.Token);
        if (response.StatusCode != HttpStatusCode.OK) return null;
        await using var body = await response.Content.ReadAsStreamAsync(whole.Token);
        var buffer = new byte[maxBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, whole.Token);
        return length > maxBytes ? null : buffer[..length];
    }

    public void Dispose() => _http.Dispose();

    private static bool IsLocalhost(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var uri) && uri is { Scheme: "http", Host: "localhost" };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken ct)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, ct);
        var allowed = allowPrivate ? addresses : [.. addresses.Where(IsPublic)];
        if (allowed.Length == 0) throw new HttpRequestException("The address is private (OpenId:AllowPrivateBackchannel) or unknown.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Is it an address of the public Internet? (IANA special-purpose registries, RFC 6890.)</summary>
    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var b = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return b[0] switch
            {
                0 or 10 or 127 or >= 224 => false,
                100 => b[1] is < 64 or > 127,
                169 => b[1] != 254,
                172 => b[1] is < 16 or > 31,
                192 => b[1] != 168 && !(b[1] == 0 && b[2] is 0 or 2) && !(b[1] == 88 && b[2] == 99),
                198 => b[1] is not (18 or 19) && !(b[1] == 51 && b[2] == 100),
                203 => !(b[1] == 0 && b[2] == 113),
                _ => true,
            };
        // Global unicast is 2000::/3; of that, documentation and the tunnels that hide an IPv4 address are not taken.
        var isGlobal = (b[0] & 0xE0) == 0x20;
        var is6To4 = b[0] == 0x20 && b[1] == 0x02;
        var isTeredoOrDocumentation = b[0] == 0x20 && b[1] == 0x01 && (b[2] == 0 && b[3] == 0 || b[2] == 0x0d && b[3] == 0xb8);
        return isGlobal && !is6To4 && !isTeredoOrDocumentation;
    }
}
