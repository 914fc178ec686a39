using System.Collections.Concurrent;
using System.Net;
using Aupd.OpenId.RelyingParty;
using Aupd.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aupd.Portal.Tests.Support;

/// <summary>The portal as another gateway sees it: at the gateway's address stands a listener that keeps what the portal sends, and its
/// client of the
/// portal is the relying party that verifies everything.</summary>
public sealed class SiteBeforeFakeSchool : PortalSite, IAsyncLifetime
{
    private readonly int _port = ProgramProcess.FreePort();
    private WebApplication _school = null!;

    /// <summary>Security event tokens in the order they came, repeated ones too.</summary>
    public ConcurrentQueue<(string? ContentType, string Token)> Events { get; } = new();
    /// <summary>Answer this to so many deliveries before taking one.</summary>
    public int Refusals;
    public ConcurrentQueue<string> LogoutTokens { get; } = new();
    public OidcClient Client { get; private set; } = null!;
    public string SchoolUrl => $"http://localhost:{_port}";

    protected override Dictionary<string, string?> Settings => new(base.Settings) { ["Sites:SchoolUrl"] = SchoolUrl };

    async Task IAsyncLifetime.InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, _port));
        _school = builder.Build();
        _school.Run(AnswerAsync);
        await _school.StartAsync();
        await InitializeAsync();
        var secret = Convert.ToHexStringLower(Service.Shared.Sealer.Key("portal-client-secret"));
        Client = new OidcClient(new OidcClientOptions(Url, "school", secret, SchoolUrl + "/signin/callback")
        {
            Scopes = ["openid", "profile", "email", "phone", "snils", "birthdate"],
        }, Clock, NullLogger<OidcClient>.Instance);
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        Client.Dispose();
        await DisposeAsync();
        await _school.DisposeAsync();
    }

    /// <summary>The next event of an account, verified as the gateway would.</summary>
    public Task<SecurityEvent> NextEventAsync(Guid account) => Eventually.GetAsync("a security event of " + account, async () =>
    {
        while (Events.TryDequeue(out var sent))
        {
            Assert.Equal("application/secevent+jwt", sent.ContentType);
            var told = Assert.IsType<SecurityEventOutcome.Valid>(
                await Client.ReadSecurityEventAsync(sent.Token, "school", default)).Event;
            if (told.Subject == account.ToString()) return told;
        }
        return null;
    });

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        if (http.Request.Path == "/events/portal" && Interlocked.Decrement(ref Refusals) >= 0) http.Response.StatusCode = 503;
        else if (http.Request.Path == "/events/portal")
        {
            Events.Enqueue((http.Request.ContentType, body));
            http.Response.StatusCode = 202;
        }
        else if (http.Request.Path == "/signin/backchannel-logout") LogoutTokens.Enqueue(body);
    }
}
