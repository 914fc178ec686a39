using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Aupd.Portal.Codes;
using Aupd.Portal.Confirmation;
using Aupd.Portal.Doors;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Aupd.Portal.Profile;
using Aupd.Portal.Recovery;
using Aupd.Portal.Registration;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aupd.Portal;

/// <summary>What people do with their own account: register, recover, change their data; with the messages and codes it takes.</summary>
internal static class SelfService
{
    public static IServiceCollection AddSelfService(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddMessages(configuration);
        services.AddSettings<CodeSettings>(configuration, CodeSettings.Section);
        services.AddSettings<FlowSettings>(configuration, FlowSettings.Section);
        services.AddSingleton<IssueCode>();
        services.AddSingleton<SpendCode>();
        services.AddSingleton<FlowStore>();
        services.AddScoped<MessageTexts>().AddScoped<TellPerson>().AddScoped<FamilyTexts>().AddScoped<TellFamilyNews>();
        services.AddScoped<RegistrationCodes>().AddScoped<FinishRegistration>();
        services.AddScoped<RecoveryCodes>().AddScoped<FinishRecovery>();
        services.AddScoped<ContactChangeCodes>().AddScoped<ChangeContact>().AddScoped<ContactChangeParts>();
        services.AddScoped<BackToService>().AddScoped<IPersonalDataPart, AccountPart>().AddSingleton<IPersonalDataPart, TrailPart>();
        AddConfirmation(services);
        return services;
    }

    public static WebApplication MapSelfService(this WebApplication app) => app.CheckMessages();

    /// <summary>On top of <see cref="AddSelfService"/>.</summary>
    public static IServiceCollection AddSelfServiceWorker(this IServiceCollection services) => services.AddMessageDelivery()
        .AddSingleton<IFactReceiver, AskSnilsConfirmation>();

    private static void AddConfirmation(IServiceCollection services)
    {
        services.TryAddSingleton<ISnilsConfirmation, OperatorDecides>();
        services.AddSingleton(new FactRoute(SnilsEntered.Topic, AskSnilsConfirmation.ReceiverName));
        services.AddSingleton<SnilsRequests>().AddSingleton<SnilsHolders>();
        services.AddScoped<ISnilsDecisions, SnilsDecisions>();
    }
}
