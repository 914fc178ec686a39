using Aupd.Kernel.Audit;
using Aupd.Kernel.Data;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Authorize;

/// <summary>Gives a code for what the person has just agreed to by being signed in. All that the token will say of this moment is bound to
/// it. With its line in the audit trail, in one round trip.</summary>
internal sealed class IssueCode(HotPath hot, AuditTrail audit, ProviderIdentity provider, OpenIdSettings settings, TimeProvider clock)
{
    private const string Sql = """
        insert into openid.authorization_code (code_hash, provider, grant_id, client_id, redirect_uri, code_challenge, subject, session_id,
                                               context, scopes, nonce, authenticated_at, methods, expires_at, claims, grant_until,
                                               needs_consent, resources, dpop_jkt)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16, $17, $18, $19)
        """;

    // The same for a pushed request, which is spent with it: of thirty pages opened with one request_uri one gives a code.
    private const string PushedSql = """
        with used as (
            update openid.pushed_request set spent_at = $22 where id = $20 and expires_at = $21 and provider = $2 and spent_at is null
            returning id)
        insert into openid.authorization_code (code_hash, provider, grant_id, client_id, redirect_uri, code_challenge, subject, session_id,
                                               context, scopes, nonce, authenticated_at, methods, expires_at, claims, grant_until,
                                               needs_consent, resources, dpop_jkt)
        select $1::bytea, $2::text, $3::uuid, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text[], $11::text,
               $12::timestamptz, $13::text[], $14::timestamptz, $15::jsonb, $16::timestamptz, $17::boolean, $18::text[],
               $19::text from used
        """;

    /// <summary>Null when the pushed request gave a code before.</summary>
    /// <param name="until">The grant may not outlast this moment; null: only the settings limit it.</param>
    public async Task<string?> RunAsync(AuthorizeRequest request, EndUserSession session, DateTimeOffset? until, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        // FAPI 2.0 Security Profile §5.3.2.1: a minute at most.
        var seconds = request.Client.IsFapi2 ? Math.Min(settings.CodeLifetimeSeconds, 60) : settings.CodeLifetimeSeconds;
        var code = Handle.New(now, TimeSpan.FromSeconds(seconds), 
            (request.Claims is not null ? Marks.NamesClaims : Marks.None) | (request.Resources is not null ? Marks.NamesResources : Marks.None));
        var insert = new NpgsqlBatchCommand(request.Pushed is null ? Sql : PushedSql);
        insert.Add(code.Hash).Add(provider.Name).Add(Guid.CreateVersion7(now)).Add(request.Client.ClientId).Add(request.RedirectUri)
            .Add(request.Challenge).Add(session.Subject).Add(session.SessionId).AddText(session.Context).Add(request.Scopes.ToArray())
            .AddText(request.Parameters["nonce"]).Add(session.AuthenticatedAt.ToUniversalTime())
            .Add(session.Methods.ToArray()).Add(code.ExpiresAt).AddText(request.Claims).AddTime(until)
            .Add(request.Client.ThirdParty).AddTexts(request.Resources).AddText(request.KeyThumbprint);
        if (request.Pushed is { } pushed) insert.Add(pushed.Id).Add(pushed.ExpiresAt).Add(now);
        var line = new AuditLine("openid.code-issued", session.Subject, request.Client.ClientId, Details: new { provider = provider.Name });
        await using var batch = hot.Source.CreateBatch();
        batch.BatchCommands.Add(insert);
        // A pushed request may turn out to be spent: then there is no code, and no line.
        if (request.Pushed is null) batch.BatchCommands.Add(audit.ToBatchCommand(line));
        await batch.ExecuteNonQueryAsync(ct);
        if (insert.Rows == 0) return null;
        if (request.Pushed is not null) await audit.WriteAsync(line, ct);
        return code.Text;
    }
}
