using Aupd.Kernel.Audit;
using Aupd.SignIn.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Teams;

/// <summary>Teams names that people have: those issued, and those from before us, by login, as an administrator has listed them.</summary>
internal sealed class TeamsNames(NpgsqlDataSource source, TeamsSettings settings, AuditTrail audit, TimeProvider clock) : ITeamsNames
{
    private const string OfSql = """
        select coalesce((select remote_name from workplace.delivery where target = 'teams' and profile_id = @profileId), (select name from workplace.teams_name where login = lower(@login)))
        """;

    private const string EarlierSql = "select name from workplace.teams_name where login = lower(@login)";

    private const string ImportSql = """
        insert into workplace.teams_name (login, name, imported_at) select lower(login), name, @now from unnest(@logins::text[], @names::text[]) as n (login, name)
        on conflict (login) do update set name = excluded.name, imported_at = excluded.imported_at
        """;

    public async Task<string?> EarlierAsync(string login, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(EarlierSql, new { login }, cancellationToken: ct));
    }

    public async ValueTask<string?> OfAsync(Guid profileId, string login, CancellationToken ct)
    {
        if (!settings.IsConfigured) return null;
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(OfSql, new { profileId, login }, cancellationToken: ct));
    }

    /// <returns>How many were taken.</returns>
    /// <exception cref="FormatException">A line is not "login;name", or a login or name comes twice; nothing was taken. The message names the line.</exception>
    public async Task<int> ImportAsync(TextReader lines, string actor, CancellationToken ct)
    {
        var (logins, names) = (new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        var number = 0;
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || number == 1 && line.StartsWith("login;", StringComparison.OrdinalIgnoreCase)) continue;
            var parts = line.Split(';', StringSplitOptions.TrimEntries);
            if (parts is not [{ Length: > 0 and <= 64 } login, { Length: > 2 and <= 256 } name] || !name[1..^1].Contains('@', StringComparison.Ordinal) || name.Any(char.IsControl))
                throw new FormatException($"Line {number} is not \"login;name@domain\".");
            if (!logins.TryAdd(login, name)) throw new FormatException($"Line {number}: the login stands in an earlier line too.");
            if (!names.Add(name)) throw new FormatException($"Line {number}: the name stands in an earlier line too.");
        }
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(ImportSql, new { logins = logins.Keys.ToArray(), names = logins.Values.ToArray(), now = clock.GetUtcNow() }, cancellationToken: ct));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation) { throw new FormatException("One of the names was listed for another login before."); }
        await audit.WriteAsync(connection, new AuditLine("workplace.teams-names-imported", actor, null, null, new { count = logins.Count }), ct);
        await transaction.CommitAsync(ct);
        return logins.Count;
    }
}
