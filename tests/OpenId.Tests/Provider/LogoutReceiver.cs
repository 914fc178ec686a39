using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>The clients' server: keeps what it gets.</summary>
internal sealed class LogoutReceiver : IAsyncDisposable
{
    private WebApplication _app = null!;
    public string Url { get; private set; } = "";
    public ConcurrentQueue<(string Path, IFormCollection Form)> Got { get; } = new();
    public string? Failing { get; set; }

    public static async Task<LogoutReceiver> StartAsync()
    {
        var receiver = new LogoutReceiver();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        receiver._app = builder.Build();
        receiver._app.MapPost("/{**path}", async (HttpContext http) =>
        {
            receiver.Got.Enqueue((http.Request.Path, await http.Request.ReadFormAsync()));
            return http.Request.Path == "/redirect" ? Results.Redirect("/elsewhere") : http.Request.Path == receiver.Failing ? Results.StatusCode(500) : Results.Ok();
        });
        await receiver._app.StartAsync();
        receiver.Url = receiver._app.Urls.Single();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
