using System.Net;
using System.Text.Json;
using Aupd.Kernel.Secrets;
using Aupd.SignIn.Doors;

namespace Aupd.SignIn.Activation;

internal sealed class NetworkPasswords(PortalApi portal, Sealer sealer) : INetworkPasswords
{
    public async Task<NetworkPasswordVerdict> CheckAsync(
        string? subject, string login, string password, string device, string network, bool isKnown, TimeSpan deadline, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(deadline);
        try
        {
            using var answer = await portal.PostAsync("/api/network-password-check", new()
            {
                ["sub"] = subject ?? Nobody(login), ["password"] = password, ["device"] = device, ["network"] = network, ["known"] = isKnown ? "true" : "false",
            }, limit.Token);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) return NetworkPasswordVerdict.Busy;
            if (!answer.IsSuccessStatusCode) return NetworkPasswordVerdict.Down;
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(limit.Token));
            return body.RootElement.GetProperty("result").GetString() switch
            {
                // Whoever stands in for an unknown login has no password.
                "correct" when subject is not null => NetworkPasswordVerdict.Correct,
                "wrong" => NetworkPasswordVerdict.Wrong,
                "locked" => NetworkPasswordVerdict.Locked,
                "disabled" => NetworkPasswordVerdict.Disabled,
                "first" => NetworkPasswordVerdict.First,
                _ => NetworkPasswordVerdict.Down,
            };
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or KeyNotFoundException
            || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            return NetworkPasswordVerdict.Down;
        }
    }

    // An id that no account has, the same whenever the login is typed: the portal does the same work and counts the same way.
    private string Nobody(string login) => new Guid(sealer.Index("network-nobody", login.ToLowerInvariant())).ToString("D");
}
