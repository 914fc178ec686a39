using Aupd.Kernel.Data;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Token.RefreshToken;

/// <summary>A refresh as most are: the latest token of a family, unbound, by the client it was given to, for all that was granted.</summary>
internal sealed record PlainRefresh(OpenIdClient Client, GrantHandle Given, NewGrantHandle Next);

/// <summary>Rotates the tokens of several such requests in one statement (decision 83). Whatever is not as it mostly is, is left as it was, for
/// <see cref="RotateRefreshToken"/> to look at alone.</summary>
internal sealed class RotateTogether
{
    private readonly HotPath _hot;
    private readonly OpenIdSettings _settings;
    private readonly ProviderIdentity _provider;
    private readonly TimeProvider _clock;
    private readonly string _sql;
    private readonly GroupedStatement<PlainRefresh, Granted> _statement;

    public RotateTogether(HotPath hot, IClaimsSource site, OpenIdSettings settings, ProviderIdentity provider, TimeProvider clock)
    {
        (_hot, _settings, _provider, _clock) = (hot, settings, provider, clock);
        _sql = RotateManySql(site);
        _statement = new GroupedStatement<PlainRefresh, Granted>(RunAsync, GroupedStatement.Hanging);
    }

    /// <summary>Null: nothing was decided and nothing changed.</summary>
    public Task<Granted?> RunAsync(PlainRefresh refresh, CancellationToken ct) => _statement.AskAsync(refresh, ct);

    // Rows that somebody else holds are passed over, so that nobody waits for a stranger, nor two statements for each other.
    private static string RotateManySql(IClaimsSource site) => $"""
        with held as (
            select g.id, g.expires_at, asked.place, asked.token_hash, asked.next_hash
              from unnest($1::uuid[], $2::timestamptz[], $3::bytea[], $4::bytea[], $5::text[]) with ordinality
                       as asked (id, expires_at, token_hash, next_hash, client_id, place)
                join openid.client_grant g on g.id = asked.id and g.expires_at = asked.expires_at
             where {GroupedStatement.Few("asked.place")} and g.provider = $6 and g.client_id = asked.client_id and g.revoked_at is null and g.expires_at > $7
               and asked.token_hash = any(g.refresh_hashes) and g.refresh_jkt is null
               for no key update of g skip locked
        ), old as (
            update openid.client_grant g set
                   refresh_hashes = (array[held.next_hash] || array_remove(g.refresh_hashes, held.token_hash))[1:{RotateRefreshToken.MostAtOnce}],
                   refresh_spent_hash = case when $8 then held.token_hash end,
                   refresh_spent_at = case when $8 then $7 end
              from held
             where g.id = held.id and g.expires_at = held.expires_at
            returning held.place, g.id, g.expires_at, g.subject, g.session_id, g.context, g.scopes, g.authenticated_at, g.methods, g.offline, g.claims, g.resources
        )
        select id, expires_at, subject, session_id, context, scopes, authenticated_at, methods, {AskSite.Sql(site.StandingSql, "old", "$7")},
               claims::text, null::text, resources, place
          from old
        """;

    private async Task<Granted?[]> RunAsync(IReadOnlyList<PlainRefresh> group)
    {
        await using var command = _hot.Source.CreateCommand(_sql);
        command.Add(group, r => r.Given.Grant.Id).Add(group, r => r.Given.Grant.ExpiresAt).Add(group, r => r.Given.Hash).Add(group, r => r.Next.Hash)
            .Add(group, r => r.Client.ClientId).Add(_provider.Name).Add(_clock.GetUtcNow()).Add(_settings.RefreshGraceSeconds > 0);
        var answers = new Granted?[group.Count];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var place = (int)reader.GetInt64(12) - 1;
            answers[place] = Granted.Read(reader, group[place].Client);
        }
        return answers;
    }
}
