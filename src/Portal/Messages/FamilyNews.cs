using System.Globalization;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Dapper;
using Npgsql;

namespace Aupd.Portal.Messages;

/// <summary>What the gateway may have told to people: a closed list, and no words of its own.</summary>
internal enum FamilyNewsKind
{
    /// <summary>To a child: a guardian has given a new first password.</summary>
    ChildPasswordReset,
    /// <summary>To a child: a guardian has ended sign-ins.</summary>
    ChildSessionsEnded,
    /// <summary>To a child: a guardian has named a trusted person.</summary>
    ChildTrustedNamed,
    /// <summary>To the other guardian: the same.</summary>
    FamilyTrustedNamed,
    /// <summary>To the trusted person.</summary>
    TrustedNamed,
}

/// <param name="Id">The gateway's; a message of one id is sent once.</param>
/// <param name="Until">The last day of a trusted person; null for other kinds.</param>
internal sealed record FamilyNews(Guid Id, Guid AccountId, FamilyNewsKind Kind, DateOnly? Until)
{
    /// <summary>Words of the gateway's question.</summary>
    public static FamilyNewsKind? KindOf(string? word) => word switch
    {
        "child-password-reset" => FamilyNewsKind.ChildPasswordReset,
        "child-sessions-ended" => FamilyNewsKind.ChildSessionsEnded,
        "child-trusted-named" => FamilyNewsKind.ChildTrustedNamed,
        "family-trusted-named" => FamilyNewsKind.FamilyTrustedNamed,
        "trusted-named" => FamilyNewsKind.TrustedNamed,
        _ => null,
    };

    public static bool HasTerm(FamilyNewsKind kind) =>
        kind is FamilyNewsKind.ChildTrustedNamed or FamilyNewsKind.FamilyTrustedNamed or FamilyNewsKind.TrustedNamed;
}

/// <summary>Tells a person on every way there is what was done in the family. Where there is none (an account from a sheet), the cabinet tells it
/// alone.</summary>
internal sealed class TellFamilyNews(NpgsqlDataSource source, AccountStore accounts, OutgoingMessages messages, FamilyTexts texts, AuditTrail audit, TimeProvider clock)
{
    private const string MarkSql = """
        insert into portal.told_for_school (id, account_id, kind, told_at) values (@Id, @AccountId, @kind, @now) on conflict (id) do nothing
        """;

    /// <returns>On how many ways it went out now; 0 when it had before; null when there is no such account.</returns>
    public async Task<int?> RunAsync(FamilyNews news, string actor, CancellationToken ct)
    {
        if (await accounts.FindAsync(news.AccountId, ct) is not { IsDisabled: false } account) return null;
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var kind = news.Kind.ToString();
        if (await connection.ExecuteAsync(new CommandDefinition(MarkSql, new { news.Id, news.AccountId, kind, now = clock.GetUtcNow() }, cancellationToken: ct)) == 0) return 0;
        var contacts = TellPerson.ContactsOf(account).ToList();
        foreach (var contact in contacts) await messages.AddAsync(connection, texts.Of(news, contact), ct);
        await audit.WriteAsync(connection, new AuditLine("portal.family-news-told", actor, account.Id.ToString(), Details: new { kind, ways = contacts.Count }), ct);
        await transaction.CommitAsync(ct);
        return contacts.Count;
    }
}

internal sealed class FamilyTexts(Language l, RegionSettings region)
{
    private string School => l[region.SchoolName, region.SchoolNameEnglish];

    public OutgoingMessage Of(FamilyNews news, ContactPoint to)
    {
        var (subject, text) = news.Kind switch
        {
            FamilyNewsKind.ChildPasswordReset => (l["новый первый пароль", "a new first password"],
                l["родитель выдал вам новый первый пароль, на всех устройствах нужно войти заново", "a parent gave you a new first password, all devices are signed out"]),
            FamilyNewsKind.ChildSessionsEnded => (l["вход закончен", "signed out"],
                l["родитель закончил ваш вход на одном или всех устройствах", "a parent signed you out on one or all devices"]),
            FamilyNewsKind.ChildTrustedNamed => (l["доверенный человек", "a trusted person"],
                l[$"родитель назвал доверенного человека, который до {Day(news)} видит ваши школьные сервисы", $"a parent named a trusted person who may see your school services until {Day(news)}"]),
            FamilyNewsKind.FamilyTrustedNamed => (l["доверенный человек ребёнка", "a child’s trusted person"],
                l[$"второй родитель назвал доверенного человека вашего ребёнка до {Day(news)}. Вы можете отменить это", $"the other parent named a trusted person for your child until {Day(news)}. You can revoke it"]),
            _ => (l["вам доверили ребёнка", "you are trusted with a child"],
                l[$"родитель назвал вас доверенным человеком ребёнка до {Day(news)}. Войдите, чтобы открыть школьные сервисы", $"a parent named you a child’s trusted person until {Day(news)}. Sign in to open the school services"]),
        };
        var where = news.Kind == FamilyNewsKind.TrustedNamed ? "" : l[" Подробности — в кабинете, раздел «Семья».", " Details: your cabinet, “Family”."];
        return new OutgoingMessage(to, $"{School}: {subject}", $"{School}: {text}.{where}");
    }

    private string Day(FamilyNews news) => news.Until!.Value.ToString("d MMMM yyyy", l.Culture);
}
