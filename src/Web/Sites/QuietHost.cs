using Microsoft.Extensions.Logging.Console;

namespace Aupd.Web.Sites;

/// <summary>Several hosts share this process: signals are handled once, by the command line, and each host only starts and stops.</summary>
internal sealed class QuietHost : IHostLifetime
{
    public static void Configure(IServiceCollection services, ILoggingBuilder logging, IConfiguration configuration)
    {
        services.AddSingleton<IHostLifetime, QuietHost>();
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(8));
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning)
            .AddFilter("Npgsql", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error) // warns that it sets the no-store that every page has anyway
            // "No XML encryptor configured": SealedKeyRepository seals the keys itself.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(o => { o.SingleLine = true; o.TimestampFormat = "HH:mm:ss "; o.ColorBehavior = LoggerColorBehavior.Disabled; });
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
