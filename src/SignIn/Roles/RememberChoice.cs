using Aupd.Kernel.Audit;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Roles;

/// <summary>Keeps a choice of role, and of service where one was chosen: the session uses the role from now on, and the next one begins with it.</summary>
internal sealed class RememberChoice(Sessions.Sessions sessions, NpgsqlDataSource source, AuditTrail audit)
{
    private const string Sql = "update signin.profile set last_role = @role, last_service = coalesce(@service, last_service) where id = @profileId";

    /// <param name="role">One that the visitor holds.</param>
    internal async Task RunAsync(Visitor visitor, string role, string? service, CancellationToken ct)
    {
        await sessions.UseRoleAsync(visitor, role, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Sql, new { role, service, profileId = visitor.ProfileId }, cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("signin.role-chosen", visitor.AccountId.ToString(), null, visitor.Trace, new { role, service }), ct);
    }
}
