using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Aupd.OpenId.Admin;
using Aupd.OpenId.Authorize;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Consents;
using Aupd.OpenId.Device;
using Aupd.OpenId.Discovery;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Introspection;
using Aupd.OpenId.Keys;
using Aupd.OpenId.Logout;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Push;
using Aupd.OpenId.Received;
using Aupd.OpenId.Revocation;
using Aupd.OpenId.Token;
using Aupd.OpenId.Token.AuthorizationCode;
using Aupd.OpenId.Token.ClientCredentials;
using Aupd.OpenId.Token.DeviceCode;
using Aupd.OpenId.Token.RefreshToken;
using Aupd.OpenId.Token.TokenExchange;
using Aupd.OpenId.UserInfo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aupd.OpenId;

/// <summary>Which of the program's providers this is; both use one schema, every row carries the name.</summary>
/// <param name="Name"><c>portal</c> or <c>school</c>.</param>
/// <param name="Issuer">Public base URL, no slash at the end.</param>
public sealed record ProviderIdentity(string Name, string Issuer);

/// <summary>The OpenID Connect provider engine. The site registers IEndUser (of either lifetime) and IClaimsSource (a singleton)
/// beside it, and the ContextClasses that it vouches for.</summary>
public static class OpenIdModule
{
    public static MigrationSet Migrations { get; } = MigrationSet.EmbeddedIn(typeof(OpenIdModule).Assembly, "openid");

    public static IServiceCollection AddOpenIdProvider(this IServiceCollection services, ProviderIdentity identity,
        IConfiguration configuration)
    {
        if (services.Any(s => s.ServiceType == typeof(ProviderIdentity))) return services;
        services.AddSingleton(identity);
        services.AddSettings<OpenIdSettings>(configuration, OpenIdSettings.Section);
        services.AddSigningKeys();
        services.AddSingleton(new FactRoute(SendLogoutToken.TopicName, SendLogoutToken.NameFor(identity)));
        services.AddSingleton<ClientDirectory>().AddSingleton<IClients>(s =>
            s.GetRequiredService<ClientDirectory>()).AddHostedService<ClientWatch>();
        services.AddSingleton<IGrants, EndSessions>();
        services.TryAddSingleton(new ContextClasses());
        services.AddSingleton<VerifyHint>().AddSingleton<PendingRequests>().AddSingleton<ReplayStore>().AddSingleton<RevokeGrant>();
        services.AddSingleton<DpopNonces>().AddSingleton<ReadProof>().AddSingleton<UseProof>();
        services.AddSingleton<PushedRequests>().AddSingleton<ReadRequestObject>().AddScoped<PushEndpoint>();
        services.AddSingleton<AuthorizeSteps>().AddSingleton<IssueCode>().AddScoped<AuthorizeEndpoint>();
        services.AddSingleton<BackchannelHttp>().AddSingleton<ClientKeys>().AddSingleton<VerifyAssertion>();
        services.AddSingleton<AuthenticateClient>().AddSingleton<IssueTokens>().AddSingleton<RedeemCode>().AddSingleton<RedeemTogether>()
            .AddSingleton<RotateRefreshToken>().AddSingleton<RotateTogether>().AddSingleton<TokenEndpoint>();
        services.AddSingleton<AccessTokens>().AddSingleton<GrantHandles>().AddSingleton<FindToken>().AddSingleton<GrantToClient>().AddSingleton<ExchangeToken>();
        services.AddSingleton<RevocationEndpoint>().AddSingleton<IntrospectionEndpoint>();
        services.AddSingleton<UserInfoEndpoint>().AddSingleton<DiscoveryEndpoint>();
        services.AddSingleton<Administrator>().AddSingleton<StoredClients>().AddSingleton<ClientsApi>().AddSingleton<IClientSecrets, ClientSecrets>();
        services.AddSingleton<ConsentStore>().AddSingleton<ScopeTexts>().AddSingleton<IConsents, OwnConsents>().AddScoped<ConsentPages>();
        services.AddSingleton<IReceivedData, ReadReceived>().AddSingleton<IPersonalDataPart, ReceivedPart>();
        services.AddSingleton<QuestionSeal>().AddSingleton<DeviceAuthorizations>().AddSingleton<DeviceAuthorizationEndpoint>()
            .AddScoped<DevicePages>().AddSingleton<PollForDevice>();
        services.AddSingleton<LogoutSteps>().AddScoped<LogoutEndpoint>();
        return services;
    }

    public static WebApplication MapOpenIdProvider(this WebApplication app)
    {
        app.MapGet(DiscoveryEndpoint.JwksPath, JwksEndpoint.HandleAsync);
        MapShared<DiscoveryEndpoint>(app, DiscoveryEndpoint.Path, ["GET"], (e, http) => e.GetAsync(http));
        MapShared<TokenEndpoint>(app, TokenEndpoint.Path, ["POST"], (e, http) => e.PostAsync(http));
        MapShared<PushEndpoint>(app, PushEndpoint.Path, ["POST"], (e, http) => e.PostAsync(http));
        MapShared<RevocationEndpoint>(app, RevocationEndpoint.Path, ["POST"], (e, http) => e.PostAsync(http));
        Map<IntrospectionEndpoint>(app, IntrospectionEndpoint.Path, "POST", (e, http) => e.PostAsync(http));
        MapShared<UserInfoEndpoint>(app, UserInfoEndpoint.Path, ["GET", "POST"], (e, http) => e.RunAsync(http));
        Map<AuthorizeEndpoint>(app, AuthorizeEndpoint.Path, "GET", (e, http) => e.GetAsync(http));
        Map<AuthorizeEndpoint>(app, AuthorizeEndpoint.Path, "POST", (e, http) => e.PostAsync(http));
        Map<AuthorizeEndpoint>(app, AuthorizeEndpoint.ResumePath, "GET", (e, http) => e.ResumeAsync(http));
        MapShared<DeviceAuthorizationEndpoint>(app, DeviceAuthorizationEndpoint.Path, ["POST"], (e, http) => e.PostAsync(http));
        Map<ClientsApi>(app, ClientsApi.Path, "GET", (e, http) => e.ListAsync(http));
        Map<ClientsApi>(app, ClientsApi.OnePath, "GET", (e, http) => e.ReadAsync(http));
        Map<ClientsApi>(app, ClientsApi.OnePath, "PUT", (e, http) => e.PutAsync(http));
        Map<ClientsApi>(app, ClientsApi.OnePath, "DELETE", (e, http) => e.DeleteAsync(http));
        Map<ClientsApi>(app, ClientsApi.SecretPath, "POST", (e, http) => e.RotateAsync(http));
        Map<ClientsApi>(app, ClientsApi.SecretPath, "DELETE", (e, http) => e.RetireAsync(http));
        Map<ConsentPages>(app, ConsentPages.Path, "GET", (e, http) => e.AskAsync(http));
        Map<ConsentPages>(app, ConsentPages.Path, "POST", (e, http) => e.AnswerAsync(http));
        Map<DevicePages>(app, DevicePages.Path, "GET", (e, http) => e.EnterAsync(http));
        Map<DevicePages>(app, DevicePages.ConfirmPath, "GET", (e, http) => e.ConfirmAsync(http));
        Map<DevicePages>(app, DevicePages.ConfirmPath, "POST", (e, http) => e.AnswerAsync(http));
        app.MapGet(DevicePages.DonePath, http => DevicePages.EndAsync(http, DeviceEnd.Done));
        app.MapGet(DevicePages.RefusedPath, http => DevicePages.EndAsync(http, DeviceEnd.Refused));
        Map<LogoutEndpoint>(app, LogoutEndpoint.Path, "GET", (e, http) => e.GetAsync(http));
        Map<LogoutEndpoint>(app, LogoutEndpoint.Path, "POST", (e, http) => e.PostAsync(http));
        Map<LogoutEndpoint>(app, LogoutEndpoint.ResumePath, "GET", (e, http) => e.ResumeAsync(http));
        Map<LogoutEndpoint>(app, LogoutEndpoint.ConfirmPath, "POST", (e, http) => e.ConfirmAsync(http));
        Map<LogoutEndpoint>(app, LogoutEndpoint.DonePath, "GET", (e, http) => e.DoneAsync(http));
        return app;
    }

    /// <summary>What the worker needs: fact receivers for back-channel logout, key rotation, the cleaning of expired rows.</summary>
    public static IServiceCollection AddOpenIdWorker(this IServiceCollection services, ProviderIdentity identity,
        IConfiguration configuration)
    {
        services.AddOpenIdProvider(identity, configuration);
        services.AddSingleton<IFactReceiver, SendLogoutToken>();
        services.AddHostedService<PartitionKeeper>().AddSingleton<GatherReceived>().AddHostedService(s => s.GetRequiredService<GatherReceived>());
        return services;
    }

    private static void Map<T>(WebApplication app, string path, string method, Func<T, HttpContext, Task> run) where T : notnull =>
        app.MapMethods(path, [method], http => run(http.RequestServices.GetRequiredService<T>(), http));

    // Called by scripts of single-page clients; none of these looks at a cookie, so any origin may read the answer.
    // Singletons all, found once: a request of the hot path opens no scope of services.
    private static void MapShared<T>(WebApplication app, string path, string[] methods, Func<T, HttpContext, Task> run) where T : notnull
    {
        var endpoint = app.Services.GetRequiredService<T>();
        app.MapMethods(path, methods, http =>
        {
            http.Response.Headers.AccessControlAllowOrigin = "*";
            http.Response.Headers.AccessControlExposeHeaders = "WWW-Authenticate, DPoP-Nonce";
            return run(endpoint, http);
        });
        app.MapMethods(path, ["OPTIONS"], http =>
        {
            http.Response.Headers.AccessControlAllowOrigin = "*";
            http.Response.Headers.AccessControlAllowMethods = string.Join(", ", methods);
            http.Response.Headers.AccessControlAllowHeaders = "Authorization, Content-Type, DPoP";
            http.Response.Headers.AccessControlMaxAge = "86400";
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
    }
}
