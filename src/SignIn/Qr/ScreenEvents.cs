using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Aupd.SignIn.Qr;

/// <summary>How a screen learns that its phone has answered: <c>/qr/events</c> tells it at once (server-sent events), <c>/qr/state</c> when asked.
/// Both say one word, after which the page fetches what it is to show; neither hands out anything.</summary>
internal sealed class ScreenEvents(ScreenCookie cookie, ScreenCodes codes, ScreenNews news, IHostApplicationLifetime life, TimeProvider clock)
{
    /// <summary>The screen needs a new code.</summary>
    internal const string Renew = "renew";
    // Proxies close connections on which nothing moves.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);
    /// <summary>A page that was told to fetch a new code and does not is not there any more.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    internal static void Map(WebApplication app)
    {
        app.MapGet("/qr/events", (HttpContext http, ScreenEvents events) => events.StreamAsync(http));
        app.MapGet("/qr/state", (HttpContext http, ScreenEvents events) => events.StateAsync(http));
    }

    internal async Task StateAsync(HttpContext http)
    {
        var (word, _) = cookie.Read(http, PurposeOf(http)) is { } screen ? await LookAsync(screen, http.RequestAborted) : (Renew, null);
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(word, http.RequestAborted);
    }

    internal async Task StreamAsync(HttpContext http)
    {
        // 204 tells a browser not to come back; one without our cookie has nothing to wait for.
        if (cookie.Read(http, PurposeOf(http)) is not { } screen) { http.Response.StatusCode = StatusCodes.Status204NoContent; return; }
        using var waiting = news.Wait(screen, AddressPrefix.Of(http));
        if (waiting is null) { http.Response.StatusCode = StatusCodes.Status429TooManyRequests; return; }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        try
        {
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await SendAsync(http, "retry: 1000\n\n", end.Token);
            await TellAsync(http, screen, waiting, end.Token);
        }
        // The page was left, or this node goes down: the page comes back, to another node.
        catch (Exception e) when (e is OperationCanceledException or IOException) { }
    }

    private async Task TellAsync(HttpContext http, byte[] screen, ScreenNews.Waiting waiting, CancellationToken ct)
    {
        for (var last = ""; ;)
        {
            var (word, until) = await LookAsync(screen, ct);
            if (word != last) await SendAsync(http, $"data: {last = word}\n\n", ct);
            var due = until ?? clock.GetUtcNow() + LongestSilence;
            while (!await waiting.WaitAsync(Shorter(due - clock.GetUtcNow(), SignOfLife), ct))
            {
                if (clock.GetUtcNow() < due) { await SendAsync(http, ":\n\n", ct); continue; }
                if (until is null) return;
                break;
            }
        }
    }

    // The word, and until when it holds unless there is news; null: without end.
    private async Task<(string Word, DateTimeOffset? Until)> LookAsync(byte[] screen, CancellationToken ct) =>
        await codes.OfScreenAsync(screen, ct) is not { } code || !codes.IsWorthShowing(code) ? (Renew, null)
            : (code.Tag, code.State == ScreenState.Waiting ? code.ExpiresAt - ScreenCodes.RenewBefore : code.ExpiresAt);

    private static ScreenPurpose PurposeOf(HttpContext http)
    {
        var query = http.Request.Query;
        return query["panel"] == "1" ? new ScreenPurpose(true, null) : new ScreenPurpose(false, query["request"] is [{ Length: > 0 } id] ? id : null);
    }

    private static async Task SendAsync(HttpContext http, string text, CancellationToken ct)
    {
        await http.Response.WriteAsync(text, ct);
        await http.Response.Body.FlushAsync(ct);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < TimeSpan.Zero ? TimeSpan.Zero : one < other ? one : other;
}
