using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Example;

/// <summary>Section <c>Region</c>: what the region's administrator has told.</summary>
public sealed record RegionSettings
{
    public required string Issuer { get; init; }
    public required string ClientId { get; init; }
    public required string ClientSecret { get; init; }
}

public static class RegionSignIn
{
    public static void AddRegionSignIn(this IServiceCollection services, IConfigurationSection section)
    {
        var settings = section.Get<RegionSettings>()!;
        services.AddSingleton(settings).AddSingleton<RegionProvider>().AddSingleton<Sessions>().AddMemoryCache();
        services.AddAuthentication(o => (o.DefaultScheme, o.DefaultChallengeScheme) = (CookieAuthenticationDefaults.AuthenticationScheme, RegionHandler.Scheme))
            .AddCookie(o => o.ExpireTimeSpan = Sessions.Longest)
            .AddOAuth<RegionOptions, RegionHandler>(RegionHandler.Scheme, o =>
            {
                (o.ClientId, o.ClientSecret, o.CallbackPath) = (settings.ClientId, settings.ClientSecret, "/callback");
                foreach (var scope in new[] { "openid", "profile", "roles", "children" }) o.Scope.Add(scope);
                o.UsePkce = true;
                o.SaveTokens = true;
                // The answer comes by an ordinary link, so the cookie that belongs to it need not cross sites (Lax). It is for the whole site:
                // simple HTTP clients refuse one for a path that they are not at.
                o.CorrelationCookie = new CookieBuilder { Name = "signing-in-", HttpOnly = true, SameSite = SameSiteMode.Lax, SecurePolicy = CookieSecurePolicy.SameAsRequest, IsEssential = true };
                o.Events.OnAccessDenied = c => { c.HandleResponse(); return SayAsync(c.Response, 403, "Вход в этот сервис вам не открыт."); };
                o.Events.OnRemoteFailure = c => { c.HandleResponse(); return SayAsync(c.Response, 400, "Вход не состоялся."); };
            });
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme).Configure<Sessions>((o, sessions) => o.SessionStore = sessions);
    }

    private static Task SayAsync(HttpResponse response, int status, string text)
    {
        (response.StatusCode, response.ContentType) = (status, "text/html; charset=utf-8");
        return response.WriteAsync($"<p>{text} <a href=\"/login\">Ещё раз</a></p>");
    }
}

public sealed class RegionOptions : OAuthOptions
{
    // The addresses are not known yet: they come from discovery, at the first sign-in.
    public override void Validate() { }
}

/// <summary>The framework's own OAuth sign-in (state, PKCE, code), with what OpenID Connect adds: iss, nonce and ID token checked, claims.</summary>
public sealed class RegionHandler(IOptionsMonitor<RegionOptions> options, ILoggerFactory logger, UrlEncoder encoder, RegionProvider region)
    : OAuthHandler<RegionOptions>(options, logger, encoder)
{
    public new const string Scheme = "region";

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await DiscoverAsync();
        await base.HandleChallengeAsync(properties);
    }

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri)
    {
        var nonce = properties.Items["nonce"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return QueryHelpers.AddQueryString(base.BuildChallengeUrl(properties, redirectUri), "nonce", nonce);
    }

    protected override async Task<HandleRequestResult> HandleRemoteAuthenticateAsync()
    {
        await DiscoverAsync();
        // RFC 9207 §2.4: an answer of another server must not reach this one's token endpoint.
        return Request.Query["iss"] == region.Issuer ? await base.HandleRemoteAuthenticateAsync() : HandleRequestResult.Fail("The answer is not the region's.");
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        var idToken = tokens.Response!.RootElement.GetProperty("id_token").GetString()!;
        var signedIn = await region.VerifyAsync(idToken, "JWT", Context.RequestAborted);
        if (signedIn is not { } claims || !properties.Items.Remove("nonce", out var nonce) || Text(claims, "nonce") != nonce)
            throw new AuthenticationFailureException("The ID token proves nothing.");
        properties.StoreTokens([.. properties.GetTokens(), new AuthenticationToken { Name = "id_token", Value = idToken }]);
        var principal = await region.PersonAsync(tokens.AccessToken!, Text(claims, "sub")!, Text(claims, "sid")!, Context.RequestAborted);
        return new AuthenticationTicket(principal, properties, Scheme);
    }

    private async Task DiscoverAsync() =>
        (Options.AuthorizationEndpoint, Options.TokenEndpoint) = await region.EndpointsAsync(Context.RequestAborted);

    private static string? Text(JsonElement claims, string name) => claims.TryGetProperty(name, out var value) ? value.GetString() : null;
}
