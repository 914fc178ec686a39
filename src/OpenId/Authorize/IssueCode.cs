using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Authorize;

/// <summary>Gives a code for what the person has just agreed to by being signed in. All that the token will say of this moment is bound to
/// it.</summary>
internal sealed class IssueCode(NpgsqlDataSource source, ProviderIdentity provider, OpenIdSettings settings, TimeProvider clock)
{
    private const string Sql = """
        insert into openid.authorization_code (code_hash, provider, grant_id, client_id, redirect_uri, code_challenge, subject, session_id,
                                               context, scopes, nonce, authenticated_at, methods, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    public async Task<string> RunAsync(AuthorizeRequest request, EndUserSession session, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var code = Handle.New(now, TimeSpan.FromSeconds(settings.CodeLifetimeSeconds));
        await using var command = source.CreateCommand(Sql);
        command.Add(code.Hash).Add(provider.Name).Add(Guid.CreateVersion7(now)).Add(request.Client.ClientId).Add(request.RedirectUri)
            .Add(request.Challenge).Add(session.Subject).Add(session.SessionId).AddText(session.Context).Add(request.Scopes.ToArray())
            .AddText(request.Parameters["nonce"]).Add(session.AuthenticatedAt.ToUniversalTime())
            .Add(session.Methods.ToArray()).Add(code.ExpiresAt);
        await command.ExecuteNonQueryAsync(ct);
        return code.Text;
    }
}
