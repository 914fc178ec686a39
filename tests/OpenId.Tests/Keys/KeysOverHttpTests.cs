using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Keys;

public sealed class KeysOverHttpTests
{
    [Fact, Trait("takes", "long")]
    public async Task Both_sites_publish_their_keys_cacheably_and_a_wrong_master_key_stops_the_start_with_a_sentence()
    {
        var database = await TestPostgres.NewDatabaseAsync();
        await using (var service = await RunningService.StartAsync(database: database))
        {
            using var http = new HttpClient();
            var portal = await CheckAsync(http, service.PortalUrl);
            var school = await CheckAsync(http, service.SchoolUrl);
            Assert.Empty(portal.Keys.Select(k => k.Kid).Intersect(school.Keys.Select(k => k.Kid)));
        }
        var fault = await Assert.ThrowsAsync<SigningKeyException>(async () =>
        {
            var settings = new Dictionary<string, string?> { ["Secrets:MasterKey"] = Convert.ToBase64String(SHA256.HashData("another"u8)) };
            await using var stranger = await RunningService.StartAsync(settings, database: database);
        });
        Assert.Contains("Secrets:MasterKey", fault.Message);
    }

    private static async Task<JwkSet> CheckAsync(HttpClient http, string site)
    {
        using var first = await http.GetAsync(site + "/connect/jwks");
        Assert.Equal(("application/jwk-set+json", HttpStatusCode.OK), (first.Content.Headers.ContentType!.MediaType, first.StatusCode));
        Assert.True(first.Headers.CacheControl is { Public: true, MaxAge.TotalSeconds: > 0 and <= 3600, NoStore: false });
        using var again = new HttpRequestMessage(HttpMethod.Get, site + "/connect/jwks");
        again.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(first.Headers.ETag!.ToString()));
        using var second = await http.SendAsync(again);
        Assert.Equal((HttpStatusCode.NotModified, 0L), (second.StatusCode, (await second.Content.ReadAsByteArrayAsync()).LongLength));
        var json = await first.Content.ReadAsStringAsync();
        Assert.DoesNotContain("\"d\"", json);
        return JwkSet.TryParse(json)!;
    }
}
