using Aupd.Kernel.Facts;
using Aupd.Kernel.Http;
using Aupd.Kernel.Settings;
using Aupd.Portal.Doors;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aupd.Portal.Messages;

internal static class MessagesModule
{
    /// <summary>For pages, which write messages.</summary>
    public static IServiceCollection AddMessages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<MessageSettings>(configuration, MessageSettings.Section);
        services.AddSingleton(new FactRoute(OutgoingMessages.Topic, DeliverMessage.ReceiverName));
        services.AddSingleton<OutgoingMessages>();
        return services;
    }

    /// <summary>For the worker, which delivers them; on top of <see cref="AddMessages"/>.</summary>
    public static IServiceCollection AddMessageDelivery(this IServiceCollection services)
    {
        services.AddHttpClient(nameof(GatewaySmsSender));
        services.TryAddSingleton<IEmailSender, SmtpEmailSender>();
        services.TryAddSingleton<ISmsSender, GatewaySmsSender>();
        services.AddSingleton<IFactReceiver, DeliverMessage>();
        return services;
    }

    /// <summary>Refuses the start where messages with codes would stand on a page that the world can open.</summary>
    public static WebApplication CheckMessages(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<MessageSettings>();
        var url = app.Services.GetRequiredService<SiteIdentity>().PublicUrl;
        if (settings.IsShown && !IsThisMachine(url))
            throw new SettingsException(
                $"Setting Portal:Messages:Mode is \"show\", but the portal's public URL is {url}: shown messages hold codes, so this is allowed on http://localhost alone. "
                + "Set Portal:Messages:Mode = send with Portal:Messages:SmtpHost and Portal:Messages:SmsUrl.");
        return app;
    }

    private static bool IsThisMachine(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { Scheme: "http", Host: "localhost" or "127.0.0.1" };
}
