using Aupd.Desk;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Http;
using Aupd.Kernel.Throttling;
using Aupd.OpenId;
using Aupd.Portal;
using Aupd.Registries;
using Aupd.SignIn;
using Aupd.Workplace;

namespace Aupd.Web.Sites;

/// <summary>The work that can wait, one host per site: facts are carried to their receivers, keys rotate, partitions come and go.</summary>
public static class WorkerHost
{
    public static IHost Portal(SharedParts shared) => Build(shared, "portal", shared.Addresses.Portal, services =>
    {
        services.AddPortal(shared.Configuration);
        services.AddPortalWorker(shared.Configuration);
    });

    public static IHost School(SharedParts shared) => Build(shared, "school", shared.Addresses.School, services =>
    {
        services.AddRegistries(shared.Configuration).AddRegistriesWorker(shared.Configuration);
        services.AddSignIn(shared.Configuration).AddSignInWorker(shared.Configuration);
        services.AddWorkplace(shared.Configuration).AddWorkplaceWorker(shared.Configuration);
        services.AddDesk(shared.Configuration).AddDeskWorker(shared.Configuration);
    });

    private static IHost Build(SharedParts shared, string site, string publicUrl, Action<IServiceCollection> addModules)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Aupd.Worker" });
        builder.Configuration.AddConfiguration(shared.Configuration);
        QuietHost.Configure(builder.Services, builder.Logging, shared.Configuration);
        shared.AddTo(builder.Services);
        builder.Services.AddSingleton(new SiteIdentity(site, publicUrl)).AddHttpClient();
        SiteHost.AddProtection(builder.Services, new SiteIdentity(site, publicUrl));
        var identity = new ProviderIdentity(site, publicUrl);
        builder.Services.AddOpenIdProvider(identity, shared.Configuration).AddOpenIdWorker(identity, shared.Configuration);
        addModules(builder.Services);
        builder.Services.AddHostedService<OutboxPump>().AddHostedService<SweepThrottles>();
        return builder.Build();
    }
}
