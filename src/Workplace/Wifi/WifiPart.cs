using System.Globalization;
using Aupd.Kernel.People;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Wifi;

/// <summary>When the person was in the Wi-Fi of a school, with what, and how much went over.</summary>
internal sealed class WifiPart(NpgsqlDataSource source) : IPersonalDataPart
{
    private const string OwnSql = """
        select s.began_at, s.seen_at, s.ended_at, s.device, s.access_point, s.octets_in, s.octets_out
          from workplace.wifi_session s join workplace.account a on a.profile_id = s.profile_id where a.subject = @subject order by s.began_at
        """;

    private sealed record Row
    {
        public DateTimeOffset BeganAt { get; init; }
        public DateTimeOffset SeenAt { get; init; }
        public DateTimeOffset? EndedAt { get; init; }
        public string Device { get; init; } = "";
        public string AccessPoint { get; init; } = "";
        public long OctetsIn { get; init; }
        public long OctetsOut { get; init; }
    }

    public int Order => 8;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var sessions = connection.QueryUnbufferedAsync<Row>(OwnSql, new { subject = owner.PortalSubject });
        await copy.ListAsync("школьный_wi_fi", "school_wi_fi", sessions, row =>
        {
            copy.Value("начало", "began_at", row.BeganAt);
            copy.Value("последние_сведения", "seen_at", row.SeenAt);
            copy.Value("конец", "ended_at", row.EndedAt);
            copy.Value("устройство", "device", row.Device);
            copy.Value("точка_доступа", "access_point", row.AccessPoint);
            copy.Value("передано_байт", "bytes_sent", row.OctetsIn.ToString(CultureInfo.InvariantCulture));
            copy.Value("получено_байт", "bytes_received", row.OctetsOut.ToString(CultureInfo.InvariantCulture));
        }, ct);
    }
}
