using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Http;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.Portal.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Events;

/// <summary>Pushes a security event to the school gateway (RFC 8935). The outbox tries again until it is taken.</summary>
internal sealed class TellSchool(IHttpClientFactory http, ITokenSigner signer, SiteAddresses addresses)
{
    public const string HttpClientName = "portal.security-events";

    public async Task SendAsync(ReadOnlyMemory<byte> claims, CancellationToken ct)
    {
        var token = await signer.SignAsync(SignatureAlgorithm.Es256, "secevent+jwt", claims, ct);
        using var client = http.CreateClient(HttpClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post,
            addresses.School + "/events/portal") { Content = new ByteArrayContent(Encoding.ASCII.GetBytes(token)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/secevent+jwt");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await client.SendAsync(request, ct);
        if (response.StatusCode == HttpStatusCode.Accepted) return;
        // RFC 8935 §2.3: the answer's "err" is one word of a closed list and names no person.
        throw new HttpRequestException($"The school gateway answered {(int)response.StatusCode} {await ErrorAsync(response, ct)}".Trim());
    }

    private static async Task<string?> ErrorAsync(HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
            return body.RootElement.TryGetProperty("err", out var err) ? err.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return null; }
    }
}

internal sealed class TellOfCredential(TellSchool school, PasswordForSchool passwords, SiteIdentity site, TimeProvider clock) : IFactReceiver
{
    public const string ReceiverName = "portal.tell-credential-change";
    public string Name => ReceiverName;
    public string Topic => CredentialChanged.Topic;

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var change = fact.Payload.Deserialize<CredentialChanged>(JsonSerializerOptions.Web) ?? throw new JsonException("An empty fact.");
        var password = change.Credential == CredentialChanged.Password ? await passwords.EncryptAsync(change.ChangeId, change.AccountId, ct) : null;
        await school.SendAsync(SecurityEvent.Of(change, password, site.PublicUrl, clock.GetUtcNow()), ct);
        await passwords.ForgetAsync(change.ChangeId, ct);
    }
}

internal sealed class TellOfDisabled(TellSchool school, SiteIdentity site, TimeProvider clock) : IFactReceiver
{
    public const string ReceiverName = "portal.tell-account-disabled";
    public string Name => ReceiverName;
    public string Topic => AccountDisabled.Topic;

    public Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var change = fact.Payload.Deserialize<AccountDisabled>(JsonSerializerOptions.Web) ?? throw new JsonException("An empty fact.");
        return school.SendAsync(SecurityEvent.Of(change, site.PublicUrl, clock.GetUtcNow()), ct);
    }
}

internal sealed class TellOfEnabled(TellSchool school, SiteIdentity site, TimeProvider clock) : IFactReceiver
{
    public const string ReceiverName = "portal.tell-account-enabled";
    public string Name => ReceiverName;
    public string Topic => AccountEnabled.Topic;

    public Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var change = fact.Payload.Deserialize<AccountEnabled>(JsonSerializerOptions.Web) ?? throw new JsonException("An empty fact.");
        return school.SendAsync(SecurityEvent.Of(change, site.PublicUrl, clock.GetUtcNow()), ct);
    }
}

internal sealed class TellOfIdentifier(TellSchool school, IServiceScopeFactory scopes, SiteIdentity site, TimeProvider clock)
    : IFactReceiver
{
    public const string ReceiverName = "portal.tell-identifier-changed";
    public string Name => ReceiverName;
    public string Topic => IdentifierChanged.Topic;

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var change = fact.Payload.Deserialize<IdentifierChanged>(JsonSerializerOptions.Web) ?? throw new JsonException("An empty fact.");
        await using var scope = scopes.CreateAsyncScope();
        var account = await scope.ServiceProvider.GetRequiredService<AccountStore>().FindAsync(change.AccountId, ct)
            ?? throw new InvalidOperationException($"Account {change.AccountId} is gone.");
        await school.SendAsync(SecurityEvent.Of(change, account, site.PublicUrl, clock.GetUtcNow()), ct);
    }
}
