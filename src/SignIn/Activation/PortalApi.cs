using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aupd.SignIn.Doors;
using Aupd.SignIn.PortalSignIn;

namespace Aupd.SignIn.Activation;

internal enum PasswordVerdict { Correct, Wrong, Locked, Disabled, Busy, Down }

/// <param name="Which">Of a correct one.</param>
internal readonly record struct PasswordCheck(PasswordVerdict Verdict, PortalPassword Which);

/// <summary>What the portal does for the gateway beside OpenID Connect: a password check, and taking note of an issued login.</summary>
internal sealed class PortalApi(PortalClient portal, IHttpClientFactory http, SignInSettings settings, TimeProvider clock)
{
    internal async Task<PasswordCheck> CheckPasswordAsync(string subject, string password, CancellationToken ct)
    {
        var asked = clock.GetUtcNow();
        try
        {
            using var answer = await PostAsync("/api/password-check", new() { ["sub"] = subject, ["password"] = password }, ct);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) return new PasswordCheck(PasswordVerdict.Busy, default);
            if (!answer.IsSuccessStatusCode) return new PasswordCheck(PasswordVerdict.Down, default);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
            // Another's portal may tell no version: then what comes last counts.
            long? version = body.RootElement.TryGetProperty("version", out var told) && told.ValueKind == JsonValueKind.Number && told.TryGetInt64(out var number) ? number : null;
            return new PasswordCheck(VerdictOf(body.RootElement), new PortalPassword(version, asked));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            return new PasswordCheck(PasswordVerdict.Down, default);
        }
    }

    private static PasswordVerdict VerdictOf(JsonElement body) => body.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.String ? result.GetString() switch
    {
        "correct" => PasswordVerdict.Correct,
        "wrong" => PasswordVerdict.Wrong,
        // A first password opens one page of the portal: the person has to choose one there before anything else.
        "locked" or "first" => PasswordVerdict.Locked,
        "disabled" => PasswordVerdict.Disabled,
        _ => PasswordVerdict.Down,
    } : PasswordVerdict.Down;

    /// <summary>Null when the portal took note; else its reason for refusing for good. Throws when it could not be asked: try again later.</summary>
    internal async Task<string?> TellLoginAsync(string subject, string login, CancellationToken ct)
    {
        using var answer = await PostAsync("/api/login-issued", new() { ["sub"] = subject, ["login"] = login }, ct);
        if (answer.IsSuccessStatusCode) return null;
        if (answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound) return await ErrorAsync(answer, ct) ?? "refused";
        answer.EnsureSuccessStatusCode();
        return null;
    }

    internal static async Task<string?> ErrorAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        try
        {
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
            var error = body.RootElement.GetProperty("error").GetString() ?? "";
            return string.Concat(error.Take(60).Where(c => char.IsAsciiLetter(c) || c is '_'));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException) { return null; }
    }

    internal async Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> form, CancellationToken ct)
    {
        using var client = http.CreateClient("portal");
        client.Timeout = TimeSpan.FromSeconds(settings.PortalTimeoutSeconds);
        using var request = new HttpRequestMessage(HttpMethod.Post, portal.Api + path) { Content = new FormUrlEncodedContent(form) };
        // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
        var credentials = $"{Uri.EscapeDataString(PortalClient.ClientId)}:{Uri.EscapeDataString(portal.Secret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        return await client.SendAsync(request, ct);
    }
}
