using System.Globalization;
using Aupd.Kernel.Data;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.Doors;
using Aupd.Portal.Accounts;

namespace Aupd.Portal.Provider;

/// <summary>What a token of the portal says of a person, by scope. Nothing for an account that is disabled or a session that has
/// ended.</summary>
internal sealed class PortalClaims(Sealer sealer) : IClaimsSource
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ClaimsOfScopes { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["profile"] =
        [
            "name", "family_name", "given_name", "middle_name", "preferred_username", "made_from_record_id", "account_created_at",
        ],
        ["email"] = ["email", "email_verified"],
        ["phone"] = ["phone_number", "phone_number_verified"],
        ["snils"] = ["snils", "snils_confirmed"],
        ["birthdate"] = ["birthdate"],
    };

    // The stamp differs from the moment the password is changed, the row goes when the session is ended.
    private const string Holder = """
        from portal.account a
         where a.id = nullif(asked.subject, '')::uuid and a.disabled_at is null
           and (asked.session_id is null or exists (
                select 1 from portal.session s
                 where s.id = asked.session_id::uuid and s.account_id = a.id and s.security_stamp = a.security_stamp
                   and s.expires_at > asked.at))
        """;

    public string StandingSql => $"select 'signed-in'::text {Holder}";

    // Only what claims are made of: never the hash of the password.
    public string HolderSql => $"""
        select to_json(r)::text from (
            select a.id, a.last_name, a.first_name, a.middle_name, a.snils_state, a.snils_sealed, a.phone_sealed, a.email_sealed,
                   a.birth_date_sealed, a.login, a.made_from_record_id, a.created_at at time zone 'UTC' as created_at {Holder}) r
        """;

    public bool Admits(string standing, ClaimsAsk ask) => true;

    public IReadOnlyDictionary<string, object>? ClaimsOf(string holder, ClaimsAsk ask) =>
        Claims(RowJson.Read<AccountRow>(holder).Open(sealer), ask.Scopes);

    private static Dictionary<string, object> Claims(PortalAccount account, IReadOnlyList<string> scopes)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = account.Id.ToString() };
        if (scopes.Contains("profile")) AddProfile(claims, account);
        if (scopes.Contains("birthdate") && account.BirthDate is { } date)
            claims["birthdate"] = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (scopes.Contains("email") && account.Email is { } email) (claims["email"], claims["email_verified"]) = (email.Address, true);
        if (scopes.Contains("phone") && account.Phone is { } phone)
            (claims["phone_number"], claims["phone_number_verified"]) = (phone.E164, true);
        if (scopes.Contains("snils"))
        {
            claims["snils_confirmed"] = account.SnilsState == SnilsState.Confirmed;
            if (account.Snils is { } snils) claims["snils"] = snils.Digits;
        }
        return claims;
    }

    private static void AddProfile(Dictionary<string, object> claims, PortalAccount account)
    {
        claims["family_name"] = account.Name.Last;
        claims["given_name"] = account.Name.First;
        if (account.Name.Middle is { } middle) claims["middle_name"] = middle;
        claims["name"] = account.Name.Reveal();
        if (account.Login is { } login) claims["preferred_username"] = login;
        if (account.MadeFromRecordId is { } record) claims["made_from_record_id"] = record;
        claims["account_created_at"] = account.CreatedAt.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
    }
}
