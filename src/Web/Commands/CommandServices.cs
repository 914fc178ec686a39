using Aupd.Desk;
using Aupd.Kernel.Http;
using Aupd.OpenId;
using Aupd.Portal;
using Aupd.Registries;
using Aupd.SignIn;
using Aupd.Web.Sites;
using Aupd.Workplace;

namespace Aupd.Web.Commands;

/// <summary>The services of a site without its pages, for commands.</summary>
internal static class CommandServices
{
    public static ServiceProvider School(SharedParts shared) => Build(shared, "school", shared.Addresses.School, services =>
        services.AddRegistries(shared.Configuration).AddSignIn(shared.Configuration).AddWorkplace(shared.Configuration).AddDesk(shared.Configuration));

    public static ServiceProvider Portal(SharedParts shared) => Build(shared, "portal", shared.Addresses.Portal, services =>
        services.AddPortal(shared.Configuration));

    private static ServiceProvider Build(SharedParts shared, string site, string url, Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        shared.AddTo(services);
        services.AddLogging(l => l.AddConfiguration(shared.Configuration.GetSection("Logging")).SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        services.AddSingleton(new SiteIdentity(site, url)).AddHttpClient();
        SiteHost.AddProtection(services, new SiteIdentity(site, url));
        services.AddOpenIdProvider(new ProviderIdentity(site, url), shared.Configuration);
        add(services);
        return services.BuildServiceProvider();
    }
}
