using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Sessions;

namespace Aupd.Portal.Profile;

/// <summary>The account and its sessions. The password is not among it: only a hash is kept, and that is nobody's to carry away.</summary>
internal sealed class AccountPart(AccountStore accounts, PortalSessions sessions) : IPersonalDataPart
{
    public int Order => 1;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        if (await accounts.FindAsync(owner.AccountId, ct) is not { } account) return;
        copy.BeginObject("учётная_запись", "account");
        copy.Value("номер", "id", account.Id.ToString());
        copy.Value("фамилия", "last_name", account.Name.Last);
        copy.Value("имя", "first_name", account.Name.First);
        copy.Value("отчество", "middle_name", account.Name.Middle);
        copy.Value("дата_рождения", "birth_date", account.BirthDate);
        copy.Value("снилс", "snils", account.Snils?.Formatted);
        copy.Value("снилс_состояние", "snils_state", ProfileWords.SnilsState(account.SnilsState, copy.Language));
        copy.Value("телефон", "phone", account.Phone?.E164);
        copy.Value("почта", "email", account.Email?.Address);
        copy.Value("логин", "login", account.Login);
        copy.Value("сделана_по_записи_ученика", "made_from_record", account.MadeFromRecordId);
        copy.Value("создана", "created_at", account.CreatedAt);
        copy.EndObject();
        await copy.ListAsync("входы_сейчас", "sessions", await sessions.ListAsync(account.Id, ct), session =>
        {
            copy.Value("устройство", "device", session.DeviceLabel);
            copy.Value("сеть", "network", SessionsPage.Place(session));
            copy.Value("вход", "signed_in_at", session.CreatedAt);
            copy.Value("последний_раз", "last_seen_at", session.LastSeenAt);
        }, ct);
    }
}
