using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Messages;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

/// <summary>What is told to a person of what proves him.</summary>
internal enum FactorNews
{
    AppAdded, AppRemoved, PasskeyAdded, PasskeyRemoved, CodesReplaced, RecoveryCodeSpent, ManyWrongCodes, CounterWentBack, ResetAsked, ResetCancelled, ResetDone,
}

/// <summary>Tells a person, on every way there is, what happened to the second step of his sign-in. In an SMS a Russian text has 70
/// characters to a part: the event comes first, what to do after it.</summary>
internal sealed class FactorMessages(NpgsqlDataSource source, OutgoingMessages messages, Language l, RegionSettings region, SiteAddresses addresses,
    SecondFactorSettings settings)
{
    public async Task TellAsync(PortalAccount account, FactorNews news, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await TellAsync(connection, account, news, ct);
    }

    /// <summary>Within the caller's transaction.</summary>
    public async Task TellAsync(NpgsqlConnection connection, PortalAccount account, FactorNews news, CancellationToken ct)
    {
        foreach (var contact in TellPerson.ContactsOf(account)) await messages.AddAsync(connection, Write(contact, news), ct);
    }

    private OutgoingMessage Write(ContactPoint to, FactorNews news)
    {
        var portal = l[region.PortalName, region.PortalNameEnglish];
        var what = What(news);
        return new OutgoingMessage(to, $"{portal}: {what}", $"{portal}: {what}. {Then(news)}{Support}");
    }

    private string What(FactorNews news) => news switch
    {
        FactorNews.AppAdded => l["при входе теперь нужен код из приложения", "signing in now takes a code from your app"],
        FactorNews.AppRemoved => l["код из приложения при входе выключен", "the code from your app is switched off"],
        FactorNews.PasskeyAdded => l["добавлен ключ доступа", "a passkey was added"],
        FactorNews.PasskeyRemoved => l["ключ доступа удалён", "a passkey was removed"],
        FactorNews.CodesReplaced => l["сделаны новые запасные коды, прежние не действуют", "new recovery codes were made, the old ones are void"],
        FactorNews.RecoveryCodeSpent => l["использован запасной код", "a recovery code was used"],
        FactorNews.ManyWrongCodes => l["кто-то знает ваш пароль и подбирает код", "someone knows your password and is guessing the code"],
        FactorNews.CounterWentBack => l["вход ключом доступа остановлен: возможно, ключ скопирован", "a sign-in was stopped: your passkey may have been copied"],
        FactorNews.ResetAsked => l[$"через {settings.ResetWaitHours} ч в вашу учётную запись пустят без второго шага",
            $"in {settings.ResetWaitHours} h your account can be signed in to without the second step"],
        FactorNews.ResetCancelled => l["вход без второго шага отменён", "signing in without the second step was cancelled"],
        FactorNews.ResetDone => l["второй шаг входа выключен по вашей просьбе", "the second step was switched off as you asked"],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Then(FactorNews news) => news switch
    {
        FactorNews.ManyWrongCodes => l[$"Без кода не войти, но смените пароль: {addresses.Portal}.", $"Nobody gets in without it, but change your password: {addresses.Portal}."],
        FactorNews.ResetAsked => l[$"Об этом попросили поддержку. Если это были не вы, войдите и отмените: {addresses.Portal}.",
            $"Support was asked for this. If it was not you, sign in and cancel it: {addresses.Portal}."],
        FactorNews.CounterWentBack => l[$"Удалите этот ключ и создайте новый: {addresses.Portal}.", $"Remove this passkey and make a new one: {addresses.Portal}."],
        _ => l[$"Если это были не вы, смените пароль: {addresses.Portal}.", $"If it was not you, change your password: {addresses.Portal}."],
    };

    private string Support => region.SupportPhone.Length > 0 ? l[$" Поддержка: {region.SupportPhone}", $" Support: {region.SupportPhone}"] : "";
}
