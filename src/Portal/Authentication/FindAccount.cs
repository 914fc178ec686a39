using Aupd.Kernel.Data;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Accounts;
using Dapper;

namespace Aupd.Portal.Authentication;

/// <summary>What a person typed to be recognised by, read in every way it can be meant.</summary>
/// <param name="Key">One spelling for all spellings, for counting tries; hashed wherever it is kept.</param>
internal sealed record TypedIdentifier(Phone? Phone, Email? Email, Snils? Snils, string? Login, string Key)
{
    public const int MaxLength = 200;

    public static TypedIdentifier? Read(string? text)
    {
        var typed = text?.Trim() ?? "";
        if (typed.Length is 0 or > MaxLength || typed.Any(char.IsControl)) return null;
        if (typed.Contains('@')) return new TypedIdentifier(null, Email.TryParse(typed), null, null,
            (Email.TryParse(typed)?.Address ?? typed).ToLowerInvariant());
        var numeric = !typed.Any(char.IsLetter);
        var phone = numeric ? Phone.TryParse(typed) : null;
        var snils = numeric ? Snils.TryParse(typed) : null;
        var login = LoginText.IsLogin(typed) ? LoginText.Key(typed) : null;
        var isPhone = phone is not null && (snils is null || phone.E164.StartsWith("+7", StringComparison.Ordinal));
        return new TypedIdentifier(phone, null, snils, login, isPhone ? phone!.E164 : snils?.Digits ?? login ?? typed.ToLowerInvariant());
    }

    public override string ToString() => "what was typed";
}

/// <summary>Finds the one account that an identifier names, in one round trip. Eleven digits may be a phone, a СНИЛС or an old login: in
/// this order.</summary>
/// <remarks>Only a confirmed СНИЛС counts. One that was merely typed in may stand on a stranger's account, and would capture the sign-in of
/// its true owner or, being ambiguous, block it.</remarks>
internal sealed class FindAccount(HotPath hot, Sealer sealer)
{
    private const string Sql = $"""
        select {AccountRow.Columns} from portal.account
         where phone_index = @phone or email_index = @email or (snils_index = @snils and snils_state = 'confirmed') or login_key = @login
         order by phone_index = @phone desc nulls last, snils_index = @snils desc nulls last limit 1
        """;

    public async Task<PortalAccount?> RunAsync(TypedIdentifier typed, CancellationToken ct = default)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        var row = await connection.QueryFirstOrDefaultAsync<AccountRow>(new CommandDefinition(Sql, new
        {
            phone = AccountRow.Index(sealer, Purpose.Phone, typed.Phone?.E164),
            email = AccountRow.Index(sealer, Purpose.Email, typed.Email?.Address),
            snils = AccountRow.Index(sealer, Purpose.Snils, typed.Snils?.Digits),
            login = typed.Login,
        }, cancellationToken: ct));
        return row?.Open(sealer);
    }
}
