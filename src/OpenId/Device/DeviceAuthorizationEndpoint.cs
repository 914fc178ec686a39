using Aupd.Kernel.Http;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Device;

/// <summary><c>POST /connect/device_authorization</c> (RFC 8628 §3.1): a device gets one code to ask with and one for a person to
/// type.</summary>
internal sealed partial class DeviceAuthorizationEndpoint(
    AuthenticateClient authenticate, DeviceAuthorizations devices, ProviderIdentity provider, OpenIdSettings settings,
    ILogger<DeviceAuthorizationEndpoint> log)
{
    public const string Path = "/connect/device_authorization";

    private sealed class Call(RequestParameters form)
    {
        public RequestParameters Form { get; } = form;
        public OpenIdClient? Client { get; set; }
        public IReadOnlyList<string> Scopes { get; set; } = [];
    }

    private delegate ValueTask<OAuthError?> Check(DeviceAuthorizationEndpoint self, HttpContext http, Call call);

    private static readonly Check[] Table =
    [
        (_, _, c) => new(c.Form.Fault),
        (s, http, c) => s.AuthenticateAsync(http, c),
        (_, _, c) => c.Client!.Allows(GrantTypes.DeviceCode) ? default : new(OAuthError.UnauthorizedClient("This client signs in no devices.")),
        (_, _, c) => Scopes(c),
    ];

    public async Task PostAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var call = new Call(await RequestParameters.FromFormAsync(http.Request, ct));
        foreach (var check in Table)
            if (await check(this, http, call) is { } error) { await RefuseAsync(http, call, error); return; }
        var (code, user) = await devices.KeepAsync(call.Client!, call.Scopes, DeviceLabel.From(http.Request.Headers.UserAgent),
            AddressPrefix.Of(http), ct);
        var page = provider.Issuer + DevicePages.Path;
        // RFC 8628 §3.2, §3.3.1.
        await Answers.JsonAsync(http, StatusCodes.Status200OK, new Dictionary<string, object>
        {
            ["device_code"] = code.Text, ["user_code"] = user.Shown, ["verification_uri"] = page,
            ["verification_uri_complete"] = $"{page}?user_code={user.Shown}", ["expires_in"] = settings.DeviceCodeLifetimeSeconds,
            ["interval"] = settings.DevicePollSeconds,
        }, ct);
    }

    private async ValueTask<OAuthError?> AuthenticateAsync(HttpContext http, Call call)
    {
        switch (await authenticate.RunAsync(http, call.Form, http.RequestAborted))
        {
            case AuthenticateClientOutcome.Authenticated known: call.Client = known.Client; return null;
            case AuthenticateClientOutcome.Refused refused: return refused.Error;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    // As at the authorization endpoint: what is unknown, or not for this client, is left out.
    private static ValueTask<OAuthError?> Scopes(Call call)
    {
        var asked = (call.Form["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!asked.Contains("openid")) return new(OAuthError.InvalidScope("scope must hold openid."));
        call.Scopes = AskedScopes.Of(call.Client!, asked);
        return default;
    }

    private Task RefuseAsync(HttpContext http, Call call, OAuthError error)
    {
        Refused(log, provider.Name, call.Client?.ClientId ?? "(unauthenticated)", error.Code, error.Detail);
        // RFC 6749 §5.2.
        if (error.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = $"Basic realm=\"{provider.Issuer}\", charset=\"UTF-8\"";
        return Answers.ErrorAsync(http, error, http.RequestAborted);
    }

    [LoggerMessage(EventId = 2801, Level = LogLevel.Information,
        Message = "{Provider}: device authorization request of {ClientId} refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string clientId, string error, string detail);
}
