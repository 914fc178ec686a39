using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>What a region puts before AUPD: answers https by a certificate, and http beside it, and tells AUPD who has asked by which.</summary>
public sealed class TlsProxy : IAsyncDisposable
{
    /// <summary>A machine in the school, as AUPD is told.</summary>
    private const string Asker = "192.0.2.17";
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly string _to;
    private readonly int[] _ports = TestKit.ProgramProcess.FreePorts(2);
    private int _asked;

    public TlsProxy(string to, string certificateFile)
    {
        _to = to;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, _ports[0], listen => listen.UseHttps(certificateFile, "test"));
            k.Listen(IPAddress.Loopback, _ports[1]);
        });
        _app = builder.Build();
        _app.Run(CarryAsync);
    }

    /// <summary>Its certificate is for this name.</summary>
    public string Https => $"https://localhost:{_ports[0]}";
    public string HttpsByAnotherName => $"https://127.0.0.1:{_ports[0]}";
    public string Http => $"http://localhost:{_ports[1]}";
    /// <summary>Requests that have come, with their passwords.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public Task StartAsync() => _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task CarryAsync(HttpContext http)
    {
        Interlocked.Increment(ref _asked);
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), _to + http.Request.Path + http.Request.QueryString) { Content = new StreamContent(http.Request.Body) };
        foreach (var name in new[] { "Content-Type", "Content-Length" })
            if (http.Request.Headers[name] is { Count: > 0 } value) request.Content.Headers.TryAddWithoutValidation(name, value.ToString());
        if (http.Request.Headers.Authorization is { Count: > 0 } key) request.Headers.TryAddWithoutValidation("Authorization", key.ToString());
        request.Headers.Add("X-Forwarded-For", Asker);
        request.Headers.Add("X-Forwarded-Proto", http.Request.Scheme);
        using var answer = await _http.SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)answer.StatusCode;
        if (answer.Content.Headers.ContentType is { } type) http.Response.ContentType = type.ToString();
        if (answer.StatusCode != HttpStatusCode.NoContent) await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
