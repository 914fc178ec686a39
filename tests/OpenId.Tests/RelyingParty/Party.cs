using System.Collections.Concurrent;
using Aupd.OpenId.RelyingParty;
using Aupd.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Aupd.OpenId.Tests.RelyingParty;

/// <summary>A client and a provider for it, with one clock.</summary>
internal sealed class Party : IAsyncDisposable
{
    private Party(OpSimulator provider, FakeClock clock, OidcClientOptions options, TimeSpan? timeout)
    {
        (Provider, Clock) = (provider, clock);
        Client = new OidcClient(options, clock, Log, timeout);
    }

    public OpSimulator Provider { get; }
    public FakeClock Clock { get; }
    public OidcClient Client { get; }
    public LineLog Log { get; } = new();

    public static async Task<Party> StartAsync(Func<OidcClientOptions, OidcClientOptions>? change = null, TimeSpan? timeout = null)
    {
        var clock = new FakeClock();
        var provider = await OpSimulator.StartAsync(clock);
        var options = new OidcClientOptions(provider.Issuer, OpSimulator.ClientId, OpSimulator.Secret, OpSimulator.Callback) { Scopes = ["openid", "profile"] };
        return new Party(provider, clock, change?.Invoke(options) ?? options, timeout);
    }

    public async Task<BeginOutcome.Ready> BeginAsync(SignInRequest? request = null) =>
        Assert.IsType<BeginOutcome.Ready>(await Client.BeginAsync(request ?? new SignInRequest { ReturnData = "/diary" }, default));

    /// <summary>A whole sign-in; <paramref name="onTheWay"/> tampers with what the browser brings back.</summary>
    public async Task<FinishOutcome> SignInAsync(Action<Dictionary<string, StringValues>>? onTheWay = null, SignInRequest? request = null)
    {
        var begun = await BeginAsync(request);
        var query = Provider.Agree(begun);
        onTheWay?.Invoke(query);
        return await Client.FinishAsync(new QueryCollection(query), begun.Pending, default);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Provider.DisposeAsync();
    }

    /// <summary>Keeps every log line, so that a test can look for secrets in them.</summary>
    public sealed class LineLog : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);
    }
}
