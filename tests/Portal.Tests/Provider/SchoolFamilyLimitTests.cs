using System.Net.Http.Headers;
using System.Text;
using Aupd.Portal.Tests.Support;

namespace Aupd.Portal.Tests.Provider;

/// <summary>A portal of which the gateway may ask little for families.</summary>
public sealed class SparingSite : PortalSite
{
    protected override Dictionary<string, string?> Settings => new(base.Settings) { ["Portal:School:FamilyAsksPerMinute"] = "3" };
}

public sealed class SchoolFamilyLimitTests(SparingSite site) : IClassFixture<SparingSite>
{
    [Fact]
    public async Task Beyond_the_limit_the_gateway_is_told_when_to_come_back_and_password_checks_go_on()
    {
        for (var i = 0; i < 3; i++) Assert.Equal(200, (int)(await AskAsync("/api/sessions-end")).StatusCode);
        using var refused = await AskAsync("/api/sessions-end");
        Assert.Equal(429, (int)refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(200, (int)(await AskAsync("/api/password-check")).StatusCode);
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (int)(await AskAsync("/api/sessions-end")).StatusCode);
    }

    private async Task<HttpResponseMessage> AskAsync(string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, site.Url + path)
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("sub", Guid.CreateVersion7().ToString()), KeyValuePair.Create("password", "x")]),
        };
        var secret = Convert.ToHexStringLower(site.Service.Shared.Sealer.Key("portal-client-secret"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"school:{secret}")));
        return await http.SendAsync(request);
    }
}
