using Aupd.Kernel.Data;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Token.AuthorizationCode;

/// <param name="Refresh">Null: this client gets none.</param>
/// <param name="Longest">The grant ends by then.</param>
internal sealed record Redemption(OpenIdClient Client, Handle Code, string RedirectUri, string Challenge, NewGrantHandle? Refresh, DateTimeOffset Longest);

/// <summary>Redeems the codes of several requests in one statement (decision 83): by the client that each was given to, with all that belongs to it, unbound, for
/// all that was granted. A code with which it is not so is left as it was, for <see cref="RedeemCode"/> to look at alone.</summary>
internal sealed class RedeemTogether
{
    private readonly HotPath _hot;
    private readonly ProviderIdentity _provider;
    private readonly TimeProvider _clock;
    private readonly string _sql;
    private readonly GroupedStatement<Redemption, Granted> _statement;

    public RedeemTogether(HotPath hot, IClaimsSource site, ProviderIdentity provider, TimeProvider clock)
    {
        (_hot, _provider, _clock) = (hot, provider, clock);
        _sql = RedeemManySql(site);
        _statement = new GroupedStatement<Redemption, Granted>(RunAsync, GroupedStatement.Hanging);
    }

    /// <summary>Null: nothing was decided and nothing changed.</summary>
    public Task<Granted?> RunAsync(Redemption redemption, CancellationToken ct) => _statement.AskAsync(redemption, ct);

    // Rows that somebody else holds are passed over, so that nobody waits for a stranger, nor two statements for each other.
    private static string RedeemManySql(IClaimsSource site) => $"""
        with codes as (
            select c.code_hash, c.expires_at, asked.place, asked.next_hash, least(asked.longest, date_trunc('second', c.grant_until)) as grant_expires_at
              from unnest($1::bytea[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[]) with ordinality
                       as asked (code_hash, expires_at, client_id, redirect_uri, challenge, next_hash, longest, place)
                join openid.authorization_code c on c.code_hash = asked.code_hash and c.expires_at = asked.expires_at
             where {GroupedStatement.Few("asked.place")} and c.provider = $8 and {RedeemCode.Unspent("c")} and c.expires_at > $9 and not c.needs_consent and c.dpop_jkt is null
               and c.client_id = asked.client_id and c.redirect_uri = asked.redirect_uri and c.code_challenge = asked.challenge
               for no key update of c skip locked
        ), code as (
            update openid.authorization_code c set spent_at = $9
              from codes
             where c.code_hash = codes.code_hash and c.expires_at = codes.expires_at
            returning c.*, 'offline_access' = any(c.scopes) as offline, codes.place, codes.next_hash, codes.grant_expires_at
        ), granted as (
            insert into openid.client_grant (id, provider, client_id, subject, session_id, context, scopes, offline, authenticated_at,
                methods, granted_at, expires_at, claims, resources, refresh_hashes)
            select grant_id, provider, client_id, subject, session_id, context, scopes, offline, authenticated_at, methods,
                $9, grant_expires_at, claims, resources, array_remove(array[next_hash], null) from code
        )
        select grant_id, grant_expires_at, subject, session_id, context, scopes, authenticated_at, methods, {AskSite.Sql(site.StandingSql, "code", "$9")},
               claims::text, null::text, resources, nonce, place
          from code
        """;

    private async Task<Granted?[]> RunAsync(IReadOnlyList<Redemption> group)
    {
        await using var command = _hot.Source.CreateCommand(_sql);
        command.Add(group, r => r.Code.Hash).Add(group, r => r.Code.ExpiresAt).Add(group, r => r.Client.ClientId).Add(group, r => r.RedirectUri)
            .Add(group, r => r.Challenge).Add(group, r => r.Refresh?.Hash).Add(group, r => r.Longest).Add(_provider.Name).Add(_clock.GetUtcNow());
        var answers = new Granted?[group.Count];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var place = (int)reader.GetInt64(13) - 1;
            answers[place] = Granted.Read(reader, group[place].Client) with { Nonce = reader.TextOrNull(12) };
        }
        return answers;
    }
}
