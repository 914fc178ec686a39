using System.Security.Cryptography;
using System.Text;
using Aupd.SignIn.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Wifi;

/// <summary>Keeps who was online when (RFC 2866). A report that comes twice, late, or in the wrong order leaves the row as it would have been: counts
/// and times only grow, and an end stays an end.</summary>
internal sealed class KeepAccounting(NpgsqlDataSource source, IActivatedPeople people, WifiPlaces places, TimeProvider clock)
{
    /// <summary>Longest time that a report may have waited at its sender or a session may have lasted, in seconds: 31 days. More is a broken clock.</summary>
    private const long LongestSeconds = 31 * 24 * 3600;

    private const string KeepSql = """
        insert into workplace.wifi_session (session_key, profile_id, server, nas, access_point, device, began_at, seen_at, ended_at, end_cause, seconds, octets_in, octets_out)
        values (@key, @profileId, @server, @nas, @accessPoint, @device, @beganAt, @seenAt, @endedAt::timestamptz, @endCause, @seconds, @octetsIn, @octetsOut)
        on conflict (session_key) do update set profile_id = coalesce(wifi_session.profile_id, excluded.profile_id),
               seen_at = greatest(wifi_session.seen_at, excluded.seen_at), ended_at = coalesce(wifi_session.ended_at, excluded.ended_at),
               end_cause = coalesce(wifi_session.end_cause, excluded.end_cause), seconds = greatest(wifi_session.seconds, excluded.seconds),
               octets_in = greatest(wifi_session.octets_in, excluded.octets_in), octets_out = greatest(wifi_session.octets_out, excluded.octets_out)
        """;

    private const string NasAgainSql = """
        update workplace.wifi_session set ended_at = seen_at, end_cause = 'access point restarted' where server = @server and nas = @nas and ended_at is null and began_at < @now
        """;

    /// <summary>Null when it was kept; else what is wrong with the report.</summary>
    internal async Task<string?> RunAsync(RadiusServer server, RadiusBody report, CancellationToken ct)
    {
        var nas = report.Shown("NAS-Identifier") is { Length: > 0 } identifier ? identifier : report.Shown("NAS-IP-Address");
        if (nas.Length == 0) return "NAS-Identifier or NAS-IP-Address must be given";
        var now = clock.GetUtcNow();
        switch (report.Text("Acct-Status-Type"))
        {
            case "Accounting-On" or "Accounting-Off" or "7" or "8":
                await using (var connection = await source.OpenConnectionAsync(ct))
                    await connection.ExecuteAsync(new CommandDefinition(NasAgainSql, new { server = server.Name, nas, now }, cancellationToken: ct));
                return null;
            case "Start" or "Alive" or "Interim-Update" or "1" or "3": return await KeepAsync(server, nas, report, isEnd: false, now, ct);
            case "Stop" or "2": return await KeepAsync(server, nas, report, isEnd: true, now, ct);
            default: return "Acct-Status-Type must be Start, Interim-Update, Stop, Accounting-On or Accounting-Off";
        }
    }

    private async Task<string?> KeepAsync(RadiusServer server, string nas, RadiusBody report, bool isEnd, DateTimeOffset now, CancellationToken ct)
    {
        if (report.Text("Acct-Session-Id") is not { Length: > 0 and <= 253 } session) return "Acct-Session-Id must be given";
        if (report.Text("User-Name") is not { Length: > 0 and <= 253 } userName) return "User-Name must be given";
        var device = StationAddress.Of(report.Shown("Calling-Station-Id"));
        var seconds = Math.Clamp(report.Number("Acct-Session-Time") ?? 0, 0, LongestSeconds);
        var at = now.AddSeconds(-Math.Clamp(report.Number("Acct-Delay-Time") ?? 0, 0, LongestSeconds));
        await using var connection = await source.OpenConnectionAsync(ct);
        var person = await people.ByLoginAsync(connection, places.LoginOf(userName), ct);
        await connection.ExecuteAsync(new CommandDefinition(KeepSql, new
        {
            key = SHA256.HashData(Encoding.UTF8.GetBytes($"{server.Name}\n{nas}\n{device}\n{session}")), profileId = person?.ProfileId, server = server.Name, nas,
            accessPoint = StationAddress.Of(report.Shown("Called-Station-Id")), device, beganAt = at.AddSeconds(-seconds), seenAt = at,
            endedAt = isEnd ? at : (DateTimeOffset?)null, endCause = isEnd ? report.Shown("Acct-Terminate-Cause") : null, seconds,
            octetsIn = Octets(report, "Acct-Input-Octets", "Acct-Input-Gigawords"), octetsOut = Octets(report, "Acct-Output-Octets", "Acct-Output-Gigawords"),
        }, cancellationToken: ct));
        return null;
    }

    // RFC 2869 §5.1: the gigawords count how often the 32 bits of the octets were full.
    private static long Octets(RadiusBody report, string octets, string gigawords) =>
        Math.Clamp(report.Number(octets) ?? 0, 0, uint.MaxValue) + (Math.Clamp(report.Number(gigawords) ?? 0, 0, int.MaxValue / 2) << 32);
}
