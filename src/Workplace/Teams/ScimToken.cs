using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Aupd.Workplace.Delivery;

namespace Aupd.Workplace.Teams;

/// <summary>The bearer token: the one of the settings, or one got by client credentials and used until shortly before its end. One for all lanes
/// of a node.</summary>
internal sealed class ScimToken(TeamsSettings settings, TimeProvider clock)
{
    private const int LongestAnswer = 64 * 1024;
    /// <summary>Of a token that says nothing of its life, in seconds.</summary>
    private const int ShortLife = 300;
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile Held? _held;

    private sealed class Held(string value, DateTimeOffset until)
    {
        public string Value => value;
        public DateTimeOffset Until => until;
    }

    public bool IsRenewable => settings.TokenUrl.Length > 0;

    /// <summary>Forgets a token that the server has not taken.</summary>
    public void Drop(string value)
    {
        if (_held?.Value == value) _held = null;
    }

    /// <exception cref="TargetAwayException">None was given; the message says why, without a secret.</exception>
    public async Task<string> GetAsync(CancellationToken ct)
    {
        if (!IsRenewable) return settings.Token;
        await _asking.WaitAsync(ct);
        try
        {
            if (_held is { } held && held.Until > clock.GetUtcNow()) return held.Value;
            var (value, life) = await AskAsync(ct);
            _held = new Held(value, clock.GetUtcNow() + TimeSpan.FromSeconds(life) - Margin);
            return value;
        }
        finally { _asking.Release(); }
    }

    private async Task<(string Value, int Life)> AskAsync(CancellationToken ct)
    {
        using var http = new ScimHttp(settings.TokenUrl, settings.TokenCaFile, nameof(TeamsSettings.TokenCaFile), settings.TimeoutSeconds);
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = settings.ClientId, ["client_secret"] = settings.ClientSecret };
        if (settings.Scope.Length > 0) form["scope"] = settings.Scope;
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.TokenUrl) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        HttpAnswer answer;
        try { answer = await http.SendAsync(request, LongestAnswer, ct); }
        catch (TargetRefusalException e) { throw new TargetAwayException(e.Message, e); }
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            if (answer.Status == HttpStatusCode.OK && json.RootElement.GetProperty("access_token").GetString() is { Length: > 0 } token && token.All(c => c is > ' ' and <= '~'))
                return (token, json.RootElement.TryGetProperty("expires_in", out var life) && life.TryGetInt32(out var seconds) ? seconds : ShortLife);
            // RFC 6749 §5.2: a word of a closed list, and nothing else of what came.
            var error = json.RootElement.TryGetProperty("error", out var e) ? new string([.. (e.GetString() ?? "").Where(c => char.IsAsciiLetterLower(c) || c == '_').Take(40)]) : "";
            throw new TargetAwayException($"{settings.TokenUrl} gives no token: {(int)answer.Status} {error}".TrimEnd() + ". See Workplace:Teams:ClientId and ClientSecret.", null, answer.RetryAfter);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new TargetAwayException($"{settings.TokenUrl} gives no token: {(int)answer.Status}, and the answer is not what RFC 6749 §5.1 says.", null, answer.RetryAfter);
        }
    }
}
