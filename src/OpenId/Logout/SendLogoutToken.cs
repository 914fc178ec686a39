using System.Net;
using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Logout;

/// <summary>Payload of the fact: a session in which the client has a grant is over.</summary>
internal sealed record SessionEnded(string ClientId, string Subject, string SessionId);

/// <summary>Tells a client by back-channel logout. Tried again until the client takes it; a client that is gone is told nothing.</summary>
internal sealed partial class SendLogoutToken(
    ClientDirectory clients, ITokenSigner signer, BackchannelHttp http, ProviderIdentity provider, TimeProvider clock,
    ILogger<SendLogoutToken> log) : IFactReceiver
{
    public const string TopicName = "openid.session-ended";
    private const int LifetimeSeconds = 120;

    /// <summary>One receiver per provider: the other's worker has other clients and other keys.</summary>
    public static string NameFor(ProviderIdentity provider) => "openid.backchannel-logout." + provider.Name;

    public string Name => NameFor(provider);
    public string Topic => TopicName;

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var ended = fact.Payload.Deserialize<SessionEnded>(JsonSerializerOptions.Web)!;
        if (await clients.FindAsync(ended.ClientId, ct) is not { BackchannelLogoutUri: { } uri } client) return;
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("logout_token", await TokenAsync(client, ended, ct))]);
        var status = await http.PostAsync(uri, form, ct);
        // Back-Channel Logout §2.8: 200, and 204 in its older drafts.
        if (status is not (HttpStatusCode.OK or HttpStatusCode.NoContent))
            throw new HttpRequestException($"Client {client.ClientId} answered {(int)status}.");
        Told(log, provider.Name, client.ClientId, fact.Attempt);
    }

    // Back-Channel Logout §2.4. A new jti at every attempt: a client that refuses repeats would else refuse the one it did not finish.
    private async ValueTask<string> TokenAsync(OpenIdClient client, SessionEnded ended, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = provider.Issuer, ["aud"] = client.ClientId, ["sub"] = ended.Subject, ["sid"] = ended.SessionId,
            ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.ToUnixTimeSeconds() + LifetimeSeconds,
            ["jti"] = Guid.CreateVersion7(now).ToString("N"),
            ["events"] = new Dictionary<string, object> { ["http://schemas.openid.net/event/backchannel-logout"] = new Dictionary<string, object>() },
        };
        return await signer.SignAsync(SignatureAlgorithm.Find(client.IdTokenAlg)!, "logout+jwt",
            JsonSerializer.SerializeToUtf8Bytes(claims), ct);
    }

    [LoggerMessage(EventId = 2504, Level = LogLevel.Information,
        Message = "{Provider}: client {ClientId} took the end of a session, attempt {Attempt}")]
    private static partial void Told(ILogger logger, string provider, string clientId, int attempt);
}
