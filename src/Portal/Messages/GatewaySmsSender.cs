using System.Net.Http.Headers;
using System.Net.Http.Json;
using Aupd.Portal.Doors;

namespace Aupd.Portal.Messages;

/// <summary>SMS over an HTTP gateway: POST of JSON with a bearer key; any 2xx means that the gateway has taken it.</summary>
internal sealed class GatewaySmsSender(MessageSettings settings, IHttpClientFactory clients) : ISmsSender
{
    public async Task SendAsync(SmsMessage message, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.SmsUrl);
        request.Content = JsonContent.Create(new
        {
            id = message.Id, to = message.To.E164, from = settings.SmsFrom.Length > 0 ? settings.SmsFrom : null, text = message.Text,
        });
        if (settings.SmsKey.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.SmsKey);
        request.Headers.Add("Idempotency-Key", message.Id.ToString());
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(settings.TimeoutSeconds));
        using var client = clients.CreateClient(nameof(GatewaySmsSender));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        // The gateway's own words stay out of the log: they may repeat the phone.
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"the SMS gateway answered {(int)response.StatusCode}", null, response.StatusCode);
    }
}
