using System.Diagnostics;
using System.Net;
using Aupd.TestKit;
using Dapper;

namespace Aupd.SignIn.Tests.Qr;

/// <summary>A screen that waits is told within a second, by whichever node and over lost connections.</summary>
public sealed class ScreenNewsTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>What the page's script reads from the stream.</summary>
    private sealed class Stream(HttpResponseMessage answer, StreamReader lines) : IDisposable
    {
        public HttpStatusCode Status => answer.StatusCode;

        public static async Task<Stream> OpenAsync(Browser screen, string url)
        {
            var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
            var request = new HttpRequestMessage(HttpMethod.Get, url + "/qr/events?panel=0");
            request.Headers.Add("Cookie", "aupd-school-screen=" + screen.Cookie("aupd-school-screen"));
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return new Stream(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        }

        /// <summary>The next word; null when the stream ends.</summary>
        public async Task<string?> NextAsync()
        {
            using var patience = new CancellationTokenSource(Eventually.Patience);
            while (await lines.ReadLineAsync(patience.Token) is { } line)
                if (line.StartsWith("data: ", StringComparison.Ordinal)) return line["data: ".Length..];
            return null;
        }

        public void Dispose() => answer.Dispose();
    }

    [Fact]
    public async Task The_screen_is_told_within_a_second_of_each_thing_that_happens_on_the_phone()
    {
        var phone = await site.SignInAsync(await site.ParentAsync(0));
        var screen = await site.ScreenAsync();
        using var stream = await Stream.OpenAsync(screen, site.Service.SchoolUrl);
        Assert.Equal(screen.Tag(), await stream.NextAsync());
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Contains("Войти на другом экране?", phone.Text);
        var watch = Stopwatch.StartNew();
        Assert.StartsWith("opened", await stream.NextAsync());
        await phone.PickAsync(screen.Number());
        watch.Restart();
        Assert.StartsWith("allowed", await stream.NextAsync());
        Assert.True(watch.Elapsed < Soon, $"{watch.Elapsed}");
        await screen.GetAsync("/qr/state?panel=0");
        Assert.StartsWith("allowed", screen.Text);
        await screen.GetAsync("/qr/screen");
        Assert.NotNull(screen.Cookie("aupd-school-session"));
    }

    [Fact]
    public async Task The_screen_is_told_when_it_needs_a_new_code_and_when_it_has_one()
    {
        var screen = await site.ScreenAsync();
        using var stream = await Stream.OpenAsync(screen, site.Service.SchoolUrl);
        Assert.Equal(screen.Tag(), await stream.NextAsync());
        var phone = await site.SignInAsync(await site.ParentAsync(1));
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Contains("Войти на другом экране?", phone.Text);
        Assert.StartsWith("opened", await stream.NextAsync());
        await phone.RefuseAsync();
        Assert.StartsWith("refused", await stream.NextAsync());
        await screen.GetAsync("/qr/screen");
        await screen.SubmitAsync();
        Assert.Equal("renew", await stream.NextAsync());
        await screen.GetAsync("/qr/screen?handler=Part");
        Assert.Equal(screen.Tag(), await stream.NextAsync());
    }

    [Fact]
    public async Task The_stream_gives_nothing_to_a_browser_without_the_cookie_and_no_more_pages_of_a_network_than_it_may_show_codes()
    {
        using var stranger = site.NewBrowser();
        await stranger.GetAsync("/qr/events?panel=0");
        Assert.Equal(HttpStatusCode.NoContent, stranger.Status);
        var screen = await site.ScreenAsync();
        var news = site.Get<Aupd.SignIn.Qr.ScreenNews>();
        var others = Enumerable.Range(0, 300).Select(_ => news.Wait(new byte[32], "127.0.0.0/24")).ToList();
        using (var refused = await Stream.OpenAsync(screen, site.Service.SchoolUrl)) Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        others.ForEach(o => o?.Dispose());
        using var stream = await Stream.OpenAsync(screen, site.Service.SchoolUrl);
        Assert.Equal(screen.Tag(), await stream.NextAsync());
    }

    [Fact, Trait("takes", "long")]
    public async Task A_phone_at_one_node_lets_in_the_screen_of_another_and_a_screen_outlives_its_node()
    {
        var database = site.Service.Shared.Configuration["Database:ConnectionString"];
        var clients = Path.Combine(AppContext.BaseDirectory, "demo", "clients.json");
        // Two nodes behind one address, each at a port of its own.
        var other = await RunningService.StartAsync(new Dictionary<string, string?>
        {
            ["OpenId:ClientsFile"] = clients, ["Sites:SchoolUrl"] = site.Service.SchoolUrl, ["Sites:PortalUrl"] = site.Service.PortalUrl,
            ["Sites:DemoUrl"] = site.Service.DemoUrl,
        }, site.Clock, database);
        var at = $"http://localhost:{other.Shared.Sites.SchoolPort}";
        await using var ended = new Once(other);
        var phone = await site.SignInAsync(await site.ParentAsync(2));
        using var screen = site.NewBrowser();
        await screen.GetAsync(at + "/qr/screen");
        var number = screen.Number();
        using (var stream = await Stream.OpenAsync(screen, at))
        {
            Assert.Equal(screen.Tag(), await stream.NextAsync());
            await site.TypeAsync(phone, number);
            var watch = Stopwatch.StartNew();
            Assert.StartsWith("opened", await stream.NextAsync());
            Assert.True(watch.Elapsed < Soon, $"{watch.Elapsed}");
            // The node goes down: it does not wait for its streams, and the screen comes back to another.
            watch.Restart();
            var stopping = ended.DisposeAsync().AsTask();
            while (await stream.NextAsync() is not null) { }
            await stopping;
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        }
        using var again = await Stream.OpenAsync(screen, site.Service.SchoolUrl);
        Assert.StartsWith("opened", await again.NextAsync());
        await phone.PickAsync(number);
        Assert.StartsWith("allowed", await again.NextAsync());
        await screen.GetAsync(site.Service.SchoolUrl + "/qr/screen");
        Assert.NotNull(screen.Cookie("aupd-school-session"));
    }

    [Fact, Trait("takes", "long")]
    public async Task News_reach_the_screen_also_when_the_listening_connection_was_lost()
    {
        var phone = await site.SignInAsync(await site.ParentAsync(3));
        var screen = await site.ScreenAsync();
        using var stream = await Stream.OpenAsync(screen, site.Service.SchoolUrl);
        Assert.Equal(screen.Tag(), await stream.NextAsync());
        await Eventually.HoldsAsync("a listening connection", async () => await KillAsync() > 0);
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Contains("Войти на другом экране?", phone.Text);
        Assert.StartsWith("opened", await stream.NextAsync());
        await phone.PickAsync(screen.Number());
        Assert.StartsWith("allowed", await stream.NextAsync());
    }

    private async Task<int> KillAsync()
    {
        await using var connection = await site.Service.Source.OpenConnectionAsync();
        return (await connection.QueryAsync<bool>("""
            select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and (query like 'listen %' or query = 'select 1')
            """)).Count();
    }

    private sealed class Once(RunningService service) : IAsyncDisposable
    {
        private int _ended;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0) await service.DisposeAsync();
        }
    }
}
