using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Http;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Aupd.Web.Sites;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>What a site knows of its people and their sessions; stands for the site's database, so that two nodes may share it.</summary>
internal sealed class TestPeople
{
    public ConcurrentDictionary<string, EndUserSession> Sessions { get; } = new();
    public ConcurrentDictionary<string, bool> Disabled { get; } = new();
    /// <summary>Whom a client may not have, by (subject, client_id).</summary>
    public ConcurrentDictionary<(string, string), bool> NotFor { get; } = new();
    public ConcurrentBag<ClaimsAsk> Asked { get; } = [];
    /// <summary>Overwrites the subject that the site claims, to see that the engine does not believe it.</summary>
    public string? LyingSubject { get; set; }
}

/// <summary>A site with nothing on it but the engine: a real Kestrel, a real database, a sign-in page that believes everyone.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly SharedParts _shared;
    private readonly WebApplication _app;

    private TestSite(SharedParts shared, WebApplication app, string url, string issuer) => (_shared, _app, Url, Issuer) = (shared, app, url, issuer);

    /// <summary>Where this node listens.</summary>
    public string Url { get; }
    public string Issuer { get; }
    public IServiceProvider Services => _app.Services;
    public SharedParts Shared => _shared;
    public IClients Clients => Services.GetRequiredService<IClients>();
    public IGrants Grants => Services.GetRequiredService<IGrants>();

    public static async Task<TestSite> StartAsync(
        TestPeople people, TimeProvider clock, string? database = null, string? issuer = null, IDictionary<string, string?>? settings = null, string provider = "school",
        bool partitions = true)
    {
        var port = ProgramProcess.FreePort();
        var url = $"http://localhost:{port}";
        var values = new Dictionary<string, string?>
        {
            ["Database:ConnectionString"] = database ?? await TestPostgres.NewDatabaseAsync(partitions ? clock : null), ["Database:MaxConnections"] = RunningService.FewConnections,
            ["Secrets:MasterKey"] = Convert.ToBase64String(SHA256.HashData("tests"u8)), ["Sites:SchoolUrl"] = issuer ?? url,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>()) values[name] = value;
        var shared = await SharedParts.OpenAsync(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), clock);
        shared.OldestFirst();
        shared.NewKey = TestKeys.Of(values["Database:ConnectionString"]!);
        var identity = new ProviderIdentity(provider, issuer ?? url);
        var app = Build(shared, identity, people, port, partitions);
        await app.StartAsync();
        return new TestSite(shared, app, url, identity.Issuer);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _shared.DisposeAsync();
    }

    /// <summary>Delivers what lies in the outbox; how many facts there were.</summary>
    public async Task<int> PumpAsync()
    {
        var pump = ActivatorUtilities.CreateInstance<OutboxPump>(Services);
        var count = 0;
        while (await pump.DeliverOneAsync()) count++;
        return count;
    }

    private static WebApplication Build(SharedParts shared, ProviderIdentity identity, TestPeople people, int port, bool partitions)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SiteHost).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory, WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
        });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = 1 << 20;
            k.Listen(IPAddress.Loopback, port);
        });
        shared.AddTo(builder.Services);
        builder.Services.AddSingleton(new SiteIdentity("school", identity.Issuer)).AddSingleton<Theme>().AddSingleton<SiteLook>();
        builder.Services.AddDataProtection();
        builder.Services.AddRazorPages(o => o.RootDirectory = "/").ConfigureApplicationPartManager(manager =>
        {
            manager.ApplicationParts.Clear();
            foreach (var assembly in new[] { typeof(SiteHost).Assembly, typeof(OpenIdModule).Assembly })
                foreach (var part in ApplicationPartFactory.GetApplicationPartFactory(assembly).GetApplicationParts(assembly)) manager.ApplicationParts.Add(part);
        });
        builder.Services.AddSingleton(new ContextClasses(ContextClass.Password, ContextClass.TwoFactor)).AddSingleton(people).AddSingleton<IEndUser, TestEndUser>().AddSingleton<IClaimsSource, TestClaims>();
        builder.Services.AddOpenIdProvider(identity, shared.Configuration).AddOpenIdWorker(identity, shared.Configuration);
        if (!partitions) builder.Services.Remove(builder.Services.Single(s => s.ImplementationType == typeof(Aupd.OpenId.Grants.PartitionKeeper)));
        var app = builder.Build();
        app.UseRouting();
        app.UseAntiforgery();
        app.MapOpenIdProvider();
        app.MapGet("/login-page", () => "sign in");
        app.MapGet("/login", (HttpContext http, string user, string back) => TestEndUser.SignIn(http, people, shared.Clock, user, back));
        return app;
    }
}

internal sealed class TestEndUser(TestPeople people) : IEndUser
{
    private const string Cookie = "site-session";

    public ValueTask<EndUserAnswer> AskAsync(HttpContext http, AuthorizationAsk ask, CancellationToken ct)
    {
        var session = Find(http);
        EndUserAnswer answer =
            session is null || ask.AuthenticatedAfter > session.AuthenticatedAt || (ask.SubjectHint is not null && ask.SubjectHint != session.Subject)
                ? new EndUserAnswer.MustAct($"/login-page?back={Uri.EscapeDataString(ask.ResumeUrl)}&hint={Uri.EscapeDataString(ask.LoginHint ?? "")}", Interaction.LoginRequired)
            : ask.SelectAsked || session.Subject == "chooser" ? new EndUserAnswer.MustAct($"/choose?back={Uri.EscapeDataString(ask.ResumeUrl)}", Interaction.AccountSelectionRequired)
            : session.Subject == "refused" ? new EndUserAnswer.Refused("Only for staff.")
            : new EndUserAnswer.SignedIn(session);
        return ValueTask.FromResult(answer);
    }

    public ValueTask<EndUserSession?> CurrentAsync(HttpContext http, CancellationToken ct) => ValueTask.FromResult(Find(http));

    public Task<string> SignOutAsync(HttpContext http, string finalUrl, CancellationToken ct)
    {
        people.Sessions.TryRemove(http.Request.Cookies[Cookie] ?? "", out _);
        http.Response.Cookies.Delete(Cookie);
        return Task.FromResult(finalUrl);
    }

    public static void SignIn(HttpContext http, TestPeople people, TimeProvider clock, string user, string back)
    {
        var cookie = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        people.Sessions[cookie] = new EndUserSession("sid-" + Guid.CreateVersion7().ToString("N"), user, clock.GetUtcNow(), ["pwd"], "role-1");
        http.Response.Cookies.Append(Cookie, cookie, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax });
        http.Response.StatusCode = 303;
        http.Response.Headers.Location = back;
    }

    private EndUserSession? Find(HttpContext http) => people.Sessions.GetValueOrDefault(http.Request.Cookies[Cookie] ?? "");
}

internal sealed class TestClaims(TestPeople people) : IClaimsSource
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ClaimsOfScopes { get; } =
        new Dictionary<string, IReadOnlyList<string>> { ["profile"] = ["name"], ["email"] = ["email", "email_verified"] };

    // Who they are lies in memory here; that a fragment is asked, and asked the right things, is seen all the same.
    public string StandingSql => "json_build_array(asked.subject, asked.session_id, asked.context, asked.at)::text";
    public string HolderSql => StandingSql;

    public bool Admits(string standing, ClaimsAsk ask)
    {
        people.Asked.Add(ask);
        var told = JsonDocument.Parse(standing).RootElement;
        Assert.Equal((ask.Subject, ask.SessionId, ask.Context), (told[0].GetString(), told[1].GetString(), told[2].GetString()));
        Assert.Equal(JsonValueKind.String, told[3].ValueKind);
        var alive = ask.SessionId is null || people.Sessions.Values.Any(s => s.SessionId == ask.SessionId);
        return alive && !people.Disabled.ContainsKey(ask.Subject) && !people.NotFor.ContainsKey((ask.Subject, ask.Client.ClientId));
    }

    public IReadOnlyDictionary<string, object>? ClaimsOf(string holder, ClaimsAsk ask)
    {
        if (!Admits(holder, ask)) return null;
        var claims = new Dictionary<string, object>();
        if (ask.Scopes.Contains("profile")) claims["name"] = "Анна " + ask.Subject;
        if (ask.Scopes.Contains("email")) (claims["email"], claims["email_verified"]) = (ask.Subject + "@school.test", true);
        if (people.LyingSubject is { } lie) claims["sub"] = lie;
        return claims;
    }
}
