using Aupd.Kernel.People;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Received;

/// <summary>The provider's part of the copy of a person's data: which service has received what, and what the person has allowed third
/// parties.</summary>
internal sealed class ReceivedPart(IReceivedData received, IConsents consents) : IPersonalDataPart
{
    public int Order => 5;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        if (owner.ServiceSubject is not { } subject) return;
        await copy.ListAsync("что_узнали_сервисы", "received_by_services", await received.OfAsync(subject, ct), of =>
        {
            copy.Value("сервис", "service", Name(of.Client, copy) ?? of.ClientId);
            copy.Values("сведения", "claims", of.Claims);
            copy.Value("первый_раз", "first_at", of.FirstAt);
            copy.Value("последний_раз", "last_at", of.LastAt);
        }, ct);
        await copy.ListAsync("разрешения_сторонним_сервисам", "consents", await consents.OfAsync(subject, ct), consent =>
        {
            copy.Value("сервис", "service", Name(consent.Client, copy));
            copy.Value("организация", "owner", consent.Client.Owner);
            copy.Values("что_знает", "knows", consent.Scopes.Select(s => copy.Language[s.Russian, s.English]));
            copy.Value("разрешено", "given_at", consent.GivenAt);
            copy.Value("до", "expires_at", consent.ExpiresAt);
        }, ct);
    }

    private static string? Name(OpenIdClient? client, PersonalDataWriter copy) =>
        client is null ? null : copy.Language[client.Name, client.NameEnglish ?? client.Name];
}
