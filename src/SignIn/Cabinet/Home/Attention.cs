using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Devices;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Family;
using Aupd.SignIn.NoAccount;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Cabinet.Home;

/// <summary>One thing that waits for a person: a sentence and an act.</summary>
/// <param name="IsMain">Nothing else can be done before it: its act is the page's main one.</param>
internal sealed record Todo(string Sentence, string Act, string Url, bool IsMain = false);

/// <summary>What needs a person's attention, the most pressing first.</summary>
internal sealed class Attention(
    PortalAccounts accounts, IPupilAccounts pupils, PortalLinks portal, OwnDevices devices, FamilyNotices notices, IWorkplacePasswords passwords, Language l)
{
    internal async Task<IReadOnlyList<Todo>> OfAsync(Visitor visitor, IReadOnlyList<HeldRole> roles, bool needsActivation, CancellationToken ct)
    {
        var todos = new List<Todo>();
        if (needsActivation)
            todos.Add(new Todo(l["Аккаунт ещё не активирован: сервисы откроются после активации.", "The account is not activated yet: the services open after activation."],
                l["Активировать", "Activate"], "/activate", IsMain: true));
        foreach (var device in await devices.CopiedAsync(visitor.AccountId, ct))
            todos.Add(new Todo(l[$"Устройство «{device.Name}» отвязано: похоже, кто-то скопировал то, по чему мы его узнаём.",
                $"The device “{device.Name}” is no longer bound: it seems that somebody has copied what we know it by."], l["Что проверить", "What to check"], CabinetTabs.Devices));
        if (await notices.HasUnseenAsync(visitor.AccountId, ct))
            todos.Add(new Todo(l["Родитель кое-что изменил в вашем аккаунте или в семье.", "A parent has changed something about your account or in the family."],
                l["Посмотреть", "Have a look"], CabinetTabs.Family));
        if (visitor.ProfileId is { } profileId && await passwords.TroubleAsync(profileId, ct) is { } trouble)
            todos.Add(trouble.Word == "missing" ? new Todo(WorkplaceWords.Of(trouble, l), l["Ввести пароль", "Enter the password"], LoginHealth.LoginHealthModel.Path)
                : new Todo(WorkplaceWords.Of(trouble, l), l["Сменить пароль", "Change the password"], portal.Password));
        if (await accounts.ReadAsync(visitor.AccountId, ct) is { } kept)
        {
            todos.AddRange(OfAccount(kept.Account, roles));
            todos.AddRange(Told.ToHolder(kept.Verdicts).DistinctBy(v => v.Role).Select(v => new Todo(
                l[$"{Advice.AsWhom(v, l)} вы пока не найдены.", $"{Advice.AsWhom(v, l)} you have not been found yet."], l["Что делать", "What to do"], CabinetTabs.Data + "#missing")));
        }
        if (roles.OfType<HeldRole.Guardian>().FirstOrDefault() is { } guardian) todos.AddRange(await OfChildrenAsync(guardian, ct));
        return todos;
    }

    // Who must have what on the portal account: staff a confirmed СНИЛС, guardians a phone and an e-mail; the demand on staff is in the matching.
    private IEnumerable<Todo> OfAccount(PortalAccount account, IReadOnlyList<HeldRole> roles)
    {
        if (account is { Snils: not null, SnilsConfirmed: false })
            yield return new Todo(l["СНИЛС на портале указан, но не подтверждён.", "The portal has your SNILS, but it is not confirmed."],
                l["Подтвердить на портале", "Confirm at the portal"], portal.Snils);
        if (!roles.Any(r => r is HeldRole.Guardian)) yield break;
        if (account.Phone is null)
            yield return new Todo(l["На портале не указан телефон: по нему вас узнаёт школа.", "The portal has no phone: the school recognises you by it."],
                l["Указать на портале", "Give it at the portal"], portal.Phone);
        if (account.Email is null)
            yield return new Todo(l["На портале не указана почта: по ней вас узнаёт школа.", "The portal has no e-mail: the school recognises you by it."],
                l["Указать на портале", "Give it at the portal"], portal.Email);
    }

    private async Task<IEnumerable<Todo>> OfChildrenAsync(HeldRole.Guardian guardian, CancellationToken ct)
    {
        var without = await pupils.WithoutAccountAsync([.. guardian.Children.Select(c => c.PupilRecordId)], ct);
        if (without.Count == 0) return [];
        // A child at two schools is named once.
        var children = guardian.Children.Where(c => without.Contains(c.PupilRecordId)).Select(c => c.Name).Distinct().ToList();
        var names = string.Join(", ", children.Select(c => c.First));
        return [new Todo(children.Count == 1 ? l[$"{names}: своей учётной записи пока нет.", $"{names} has no account yet."]
            : l[$"{names}: своих учётных записей пока нет.", $"{names} have no accounts yet."], l["Завести аккаунт", "Make an account"], CabinetTabs.Family)];
    }
}
