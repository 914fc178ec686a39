using Aupd.Kernel.Audit;
using Aupd.Kernel.Secrets;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Badges;

/// <summary>"I forgot my badge": digits that stand in for it for some hours, with its own pictures. One at a time for each badge.</summary>
internal sealed class BadgeCodes(NpgsqlDataSource source, Sealer sealer, AuditTrail audit, TimeProvider clock)
{
    internal const int ShortestHours = 1, LongestHours = 12;
    private const int Tries = 5;

    // The badge's row is held meanwhile: of racing codes the last one stays.
    private const string BadgeSql = """
        select id, account_id from signin.badge
         where pupil_record_id = @record and org_nsi_id = @org and voided_at is null and expires_at > @now for no key update
        """;

    private const string EndSql = "update signin.badge_code set ended_at = @now where badge_id = @badge and ended_at is null";

    private const string AddSql = """
        insert into signin.badge_code (id, badge_id, number_index, issued_at, issued_by, expires_at)
        select @id::uuid, @badge::uuid, @number::bytea, @now::timestamptz, @by::uuid, least(@until::timestamptz, b.expires_at) from signin.badge b where b.id = @badge
        on conflict (number_index) do nothing
        """;

    private sealed record Badge
    {
        public Guid Id { get; init; }
        public Guid AccountId { get; init; }
    }

    /// <summary>A new code in the place of an older one; told once. Null when the pupil has no badge that is good.</summary>
    /// <param name="pupil">Of the class.</param>
    /// <param name="hours">1 to 12.</param>
    internal async Task<BadgeNumber?> MakeAsync(Visitor visitor, NamedClass of, PupilBadge pupil, int hours, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hours, ShortestHours);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hours, LongestHours);
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await ReadAsync(connection, of, pupil, now, ct) is not { } badge) return null;
        await connection.ExecuteAsync(new CommandDefinition(EndSql, new { badge = badge.Id, now }, cancellationToken: ct));
        for (var tries = Tries; tries > 0; tries--)
        {
            var number = BadgeNumber.New(BadgeNumber.OfCode);
            var added = await connection.ExecuteAsync(new CommandDefinition(AddSql, new
            {
                id = Guid.CreateVersion7(now), badge = badge.Id, number = BadgeIndex.Of(sealer, number), now, by = visitor.AccountId, until = now.AddHours(hours),
            }, cancellationToken: ct));
            if (added == 0) continue;
            await audit.WriteAsync(connection, new AuditLine("signin.badge-code-made", visitor.AccountId.ToString(), badge.AccountId.ToString(), visitor.Trace,
                new { badge = badge.Id, hours, @class = of.ClassName }), ct);
            await transaction.CommitAsync(ct);
            return number;
        }
        throw new InvalidOperationException($"{Tries} new codes were all in use: their digits are not random, or far too many codes are out.");
    }

    /// <summary>False when there is none.</summary>
    internal async Task<bool> EndAsync(Visitor visitor, NamedClass of, PupilBadge pupil, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await ReadAsync(connection, of, pupil, now, ct) is not { } badge) return false;
        if (await connection.ExecuteAsync(new CommandDefinition(EndSql, new { badge = badge.Id, now }, cancellationToken: ct)) == 0) return false;
        await audit.WriteAsync(connection, new AuditLine("signin.badge-code-ended", visitor.AccountId.ToString(), badge.AccountId.ToString(), visitor.Trace,
            new { badge = badge.Id, @class = of.ClassName }), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static Task<Badge?> ReadAsync(NpgsqlConnection connection, NamedClass of, PupilBadge pupil, DateTimeOffset now, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<Badge?>(new CommandDefinition(BadgeSql, new { record = pupil.RecordId, org = of.OrgNsiId, now }, cancellationToken: ct));
}
