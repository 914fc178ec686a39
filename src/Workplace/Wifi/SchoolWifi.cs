using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aupd.SignIn.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Wifi;

internal sealed class SchoolWifi(NpgsqlDataSource source, WifiSettings settings, WifiPlaces places) : ISchoolWifi
{
    private const string StateSql = """
        select d.last_at as joined_at, r.reason, r.last_at as refused_at, r.times, r.trace
          from (select max(last_at) as last_at from workplace.wifi_device where profile_id = @profileId) d
          left join lateral (select reason, last_at, times, trace from workplace.wifi_refusal where profile_id = @profileId
                                and (d.last_at is null or last_at > d.last_at) order by last_at desc limit 1) r on true
        """;

    private sealed record Row
    {
        public DateTimeOffset? JoinedAt { get; init; }
        public string? Reason { get; init; }
        public DateTimeOffset? RefusedAt { get; init; }
        public int? Times { get; init; }
        public string? Trace { get; init; }
    }

    // Read at the first need and then kept: another authority is a change of settings.
    private readonly Lazy<X509Certificate2> _authority = new(() => X509Certificate2.CreateFromPem(File.ReadAllText(settings.CaFile)));

    public bool IsOffered => settings.HasProfiles;

    public async Task<WifiForPerson?> OfAsync(Guid profileId, string login, CancellationToken ct)
    {
        if (!IsOffered) return null;
        await using var connection = await source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition(StateSql, new { profileId }, cancellationToken: ct));
        var refusal = row.Reason is null ? null : new WifiRefusal(RefusalTexts.Of(row.Reason), row.Reason is RefusalReason.Busy or RefusalReason.PortalDown, row.RefusedAt!.Value, row.Times!.Value, row.Trace!);
        var network = Network();
        return new WifiForPerson(network.Ssid, network.ServerName, network.OuterName, network.Fingerprint, row.JoinedAt, refusal);
    }

    public WifiProfile? Profile(string kind, string login) => !IsOffered ? null : kind switch
    {
        "apple" => new(AppleProfile.Of(Network(), login), "application/x-apple-aspen-config", "school-wifi.mobileconfig"),
        "windows" => new(WindowsProfile.Of(Network()), "application/xml", "school-wifi.xml"),
        "android" => new(EapConfig.Of(Network(), login), "application/eap-config", "school-wifi.eap-config"),
        "ca" => new(_authority.Value.RawData, "application/x-x509-ca-cert", "school-wifi-ca.cer"),
        _ => null,
    };

    private WifiNetwork Network() => new(settings.Ssid, settings.ServerName, places.Realm,
        places.Realm.Length > 0 ? $"{settings.OuterName}@{places.Realm}" : settings.OuterName, _authority.Value);
}

/// <param name="OuterName">Said outside of the tunnel.</param>
internal sealed record WifiNetwork(string Ssid, string ServerName, string Realm, string OuterName, X509Certificate2 Authority)
{
    /// <summary>As Android and Windows show it.</summary>
    public string Fingerprint => string.Join(':', Convert.ToHexString(SHA256.HashData(Authority.RawData)).Chunk(2).Select(p => new string(p)));

    /// <summary>An id that stays the same while the network does, so that a file taken again replaces the first.</summary>
    public Guid IdOf(string part) => new(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{part}\n{Ssid}\n{ServerName}\n{Authority.Thumbprint}")).AsSpan(0, 16));
}
