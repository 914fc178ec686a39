using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Family;

/// <summary>A child with what the gateway knows of its account.</summary>
/// <param name="Records">By which this guardian has the child: one for each school; the first is the page's.</param>
/// <param name="AccountId">The gateway's id of the account; null: the child has none.</param>
/// <param name="HasFirstPassword">Nobody has signed in with the sheet yet.</param>
/// <param name="LastSignIn">Null: never, as far as the trail goes.</param>
internal sealed record ChildState(IReadOnlyList<ChildRecord> Records, Guid? AccountId, string? Login, bool IsActivated, bool HasFirstPassword, DateTimeOffset? LastSignIn)
{
    internal ChildRecord Child => Records[0];

    internal string Where => string.Join("; ", Records.Select(WhereOf));

    /// <summary>The schools that do not know the child's account: it was made by the child, and they have neither its phone nor its e-mail.</summary>
    internal IReadOnlyList<string> NotRecognisedAt => AccountId is null ? [] : [.. Records.Where(r => !r.IsRecognised).Select(r => r.School)];

    internal static string WhereOf(ChildRecord record) => string.IsNullOrEmpty(record.ClassName) ? record.School : $"{record.School}, {record.ClassName}";

    internal string Words(Language l) => this switch
    {
        { AccountId: null } => l["Аккаунта пока нет", "No account yet"],
        { HasFirstPassword: true, LastSignIn: null } => l["Аккаунт создан, по листку ещё не входили", "The account is made, the sheet has not been used yet"],
        { HasFirstPassword: true } => l["Выдан новый первый пароль, его ещё не сменили", "A new first password was given and not changed yet"],
        { IsActivated: true } => l["Аккаунт есть и активирован", "There is an account, and it is activated"],
        _ => l["Аккаунт есть", "There is an account"],
    };
}

/// <summary>Reads the state of children's accounts: a fixed number of round trips, however many children there are.</summary>
internal sealed class ChildStates(NpgsqlDataSource source, ChildOrders orders, AuditTrail audit, PortalClient portal)
{
    private static readonly string[] SignIns = ["signin.signed-in", "signin.screen-entered", "signin.badge-used"];

    private const string AccountsSql = """
        select a.subject, a.id, l.login, p.activated_at is not null as is_activated from signin.account a
          left join signin.profile p on p.account_id = a.id left join signin.login l on l.profile_id = p.id and l.retired_at is null
         where a.issuer = @issuer and a.subject = any(@subjects::text[])
        """;

    private sealed record Row
    {
        public string Subject { get; init; } = "";
        public Guid Id { get; init; }
        public string? Login { get; init; }
        public bool IsActivated { get; init; }
    }

    /// <summary>One state for each child, however many schools it has, in the order of the records.</summary>
    internal async Task<IReadOnlyList<ChildState>> OfAsync(IReadOnlyList<ChildRecord> records, CancellationToken ct)
    {
        var children = records.GroupBy(r => r.ChildId, StringComparer.Ordinal).Select(g => g.ToList()).ToList();
        var subjects = records.Select(c => c.AccountId).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var accounts = subjects.Length == 0 ? [] : await AccountsAsync(subjects, ct);
        var unused = await orders.UnusedAsync(subjects, ct);
        var latest = await audit.LatestOfAsync([.. accounts.Values.Select(a => a.Id.ToString())], SignIns, ct);
        return [.. children.Select(c => c[0].AccountId is { } subject && accounts.TryGetValue(subject, out var account)
            ? new ChildState(c, account.Id, account.Login, account.IsActivated, unused.Contains(subject),
                latest.TryGetValue(account.Id.ToString(), out var at) ? at : null)
            : new ChildState(c, null, null, false, false, null))];
    }

    private async Task<Dictionary<string, Row>> AccountsAsync(string[] subjects, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition(AccountsSql, new { issuer = portal.Issuer, subjects }, cancellationToken: ct)))
            .ToDictionary(r => r.Subject, StringComparer.Ordinal);
    }
}
