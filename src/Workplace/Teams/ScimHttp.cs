using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aupd.Workplace.Delivery;

namespace Aupd.Workplace.Teams;

/// <param name="Body">All of it, within the limit.</param>
/// <param name="RetryAfter">How long the server asks us to wait (RFC 9110 §10.2.3); null where it does not.</param>
internal sealed record HttpAnswer(HttpStatusCode Status, byte[] Body, string? ETag, TimeSpan? RetryAfter, Uri? Location);

/// <summary>One server over TLS with a certificate that was checked. Follows no redirect, uses no proxy, reads no more than it was told to, and waits
/// for the whole answer no longer than set. The address is an administrator's: it may be a private one.</summary>
internal sealed class ScimHttp : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _server;
    private readonly TimeSpan _timeout;
    private volatile string? _fault;

    /// <param name="caSetting">Name of the setting that holds <paramref name="caFile"/>, for sentences.</param>
    public ScimHttp(string url, string caFile, string caSetting, int timeoutSeconds)
    {
        var uri = new Uri(url);
        _server = uri.Authority;
        _timeout = TimeSpan.FromSeconds(timeoutSeconds);
        var tls = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => (_fault = Fault(certificate, chain, errors, caFile)) is null,
        };
        if (caFile.Length > 0) tls.CertificateChainPolicy = Policy(caFile, caSetting);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = _timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 32, SslOptions = tls,
        }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <exception cref="TargetAwayException">The server cannot be reached, is not believed, is too slow, or breaks off.</exception>
    public async Task<HttpAnswer> SendAsync(HttpRequestMessage request, int longest, CancellationToken ct)
    {
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(ct);
        whole.CancelAfter(_timeout);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, whole.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(whole.Token);
            using var body = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (int read; (read = await stream.ReadAsync(buffer, whole.Token)) > 0; body.Write(buffer, 0, read))
                if (body.Length + read > longest) throw new TargetRefusalException($"{request.Method} {_server}: the answer is longer than {longest} bytes.");
            return new HttpAnswer(response.StatusCode, body.ToArray(), ETagOf(response), RetryAfterOf(response), response.Headers.Location);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new TargetAwayException($"{_server} has not answered within {_timeout.TotalSeconds:0} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TargetAwayException(_fault ?? Sentence(e), e);
        }
    }

    public void Dispose() => _http.Dispose();

    private string Sentence(Exception e) => e switch
    {
        _ when e.GetBaseException() is AuthenticationException => $"{_server} does not speak TLS as it should.",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"{_server} is not known to the name service.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => $"{_server} cannot be reached.",
        _ => $"{_server} has broken off its answer.",
    };

    private static string? ETagOf(HttpResponseMessage response) => response.Headers.ETag?.ToString();

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter is not { } header ? null
            : header.Delta ?? (header.Date is { } date && response.Headers.Date is { } sent ? date - sent : null);
        return wait is { } w && w > TimeSpan.Zero ? w : null;
    }

    private static X509ChainPolicy Policy(string file, string setting)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try { policy.CustomTrustStore.ImportFromPemFile(file); }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new TargetAwayException($"Workplace:Teams:{setting} {file} cannot be read: {e.Message}", e);
        }
        return policy.CustomTrustStore.Count > 0 ? policy : throw new TargetAwayException($"Workplace:Teams:{setting} {file} holds no certificate.");
    }

    private string? Fault(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string caFile)
    {
        if (errors == SslPolicyErrors.None) return null;
        var whose = $"The certificate of {_server} ({certificate?.Subject}, signed by {certificate?.Issuer}) is not believed: ";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return whose + $"it is not for the name {_server}.";
        var states = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status) ?? X509ChainStatusFlags.NoError;
        if (states.HasFlag(X509ChainStatusFlags.NotTimeValid)) return whose + "it has expired or is not valid yet.";
        return whose + $"no authority of {(caFile.Length > 0 ? caFile : "this machine")} has signed it.";
    }
}
