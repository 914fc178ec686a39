using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Aupd.Kernel.Jose;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.RelyingParty;

/// <summary>An answer of the provider, or why there is none.</summary>
/// <param name="Json">The body, when it is one JSON object.</param>
internal sealed record ProviderAnswer(int Status, JsonElement? Json, byte[] Body, ProviderFault? Fault);

/// <summary>Speaks HTTP to one provider: short time-outs, small answers, no redirects, no cookies. What it logs has no query, no body and
/// no header in it.</summary>
internal sealed partial class ProviderHttp : IDisposable
{
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan WholeTimeout = TimeSpan.FromSeconds(10);
    public const int MaxAnswerBytes = 256 * 1024;

    private readonly HttpClient _http;
    private readonly ILogger _logger;

    public ProviderHttp(ILogger logger, TimeSpan? wholeTimeout = null)
    {
        _logger = logger;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout, AllowAutoRedirect = false, UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            // Addresses of a provider change; a connection does not outlive its DNS answer by much.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxResponseHeadersLength = 32,
        };
        _http = new HttpClient(handler) { Timeout = wholeTimeout ?? WholeTimeout, MaxResponseContentBufferSize = MaxAnswerBytes };
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    public Task<ProviderAnswer> GetAsync(string url, string? bearer, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        return SendAsync(request, ct);
    }

    /// <summary>Posts a form as the client: client_secret_basic, or client_id in the form for a client without a secret.</summary>
    public Task<ProviderAnswer> PostAsync(string url, OidcClientOptions client, Dictionary<string, string> form, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url);
        if (client.ClientSecret is null) form["client_id"] = client.ClientId;
        // RFC 6749 §2.3.1: both are form-encoded before they go into Basic.
        else request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(
            $"{WebUtility.UrlEncode(client.ClientId)}:{WebUtility.UrlEncode(client.ClientSecret)}")));
        request.Content = new FormUrlEncodedContent(form);
        return SendAsync(request, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task<ProviderAnswer> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var where = request.RequestUri!.GetLeftPart(UriPartial.Path);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct);
            var body = await response.Content.ReadAsByteArrayAsync(ct);
            var status = (int)response.StatusCode;
            ProviderFault? fault = status >= 500 || status == 429 ? ProviderFault.ServerError
                : status is >= 300 and < 400 ? ProviderFault.BadAnswer : null;
            if (fault is not null) Log.BadStatus(_logger, where, status);
            return new ProviderAnswer(status, IsJson(response) ? StrictJson.ParseObject(body) : null, body, fault);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { return Failed(ProviderFault.TimedOut, where, "timed out"); }
        // A longer answer than MaxAnswerBytes comes here too (ConfigurationLimitExceeded).
        catch (HttpRequestException e)
        {
            return Failed(IsConnect(e) ? ProviderFault.Unreachable : ProviderFault.BadAnswer, where, e.HttpRequestError.ToString());
        }
        finally { request.Dispose(); }
    }

    private static bool IsConnect(HttpRequestException e) => e.InnerException is SocketException
        || e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError
            or HttpRequestError.ResponseEnded or HttpRequestError.ProxyTunnelError;

    private static bool IsJson(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType is { } type
        && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    private ProviderAnswer Failed(ProviderFault fault, string where, string why)
    {
        Log.NoAnswer(_logger, where, why);
        return new ProviderAnswer(0, null, [], fault);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 2321, Level = LogLevel.Warning, Message = "The provider gave no answer at {Address}: {Why}")]
        internal static partial void NoAnswer(ILogger logger, string address, string why);

        [LoggerMessage(EventId = 2322, Level = LogLevel.Warning, Message = "The provider answered {Status} at {Address}")]
        internal static partial void BadStatus(ILogger logger, string address, int status);
    }
}
