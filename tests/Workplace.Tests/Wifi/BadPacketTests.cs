using System.Net;
using System.Text;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;
using Aupd.Workplace.Wifi;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>Whatever is posted to the doors of the RADIUS servers, the answer is a plain refusal.</summary>
[Collection(WithWifi.Name)]
public sealed class BadPacketTests(WifiSchool school)
{
    public static TheoryData<string> Bodies => new()
    {
        "", "null", "[]", "{", "{\"User-Name\":1}", "{\"User-Name\":{}}", "{\"User-Name\":{\"value\":[]}}", "{\"User-Name\":{\"value\":[null]}}", "{\"User-Name\":{\"value\":[{}]}}",
        "{\"User-Name\":{\"value\":[\"a\"]}}", "{\"User-Name\":{\"value\":[\"\"]},\"User-Password\":{\"value\":[\"x\"]}}", "{\"User-Name\":{\"value\":[\"a\"]},\"User-Password\":{\"value\":[\"\"]}}",
        "{\"User-Name\":{\"value\":[\"a\"]},\"User-Name\":{\"value\":[\"b\"]},\"User-Password\":{\"value\":[\"x\"]}}", "{\"User-Name\":{\"value\":[\"\\ud800\"]},\"User-Password\":{\"value\":[\"x\"]}}",
        "{\"Acct-Status-Type\":{\"value\":[\"Start\"]}}", "{\"NAS-Identifier\":{\"value\":[\"ap\"]},\"Acct-Status-Type\":{\"value\":[\"Begin\"]}}",
        "{\"NAS-Identifier\":{\"value\":[\"ap\"]},\"Acct-Status-Type\":{\"value\":[\"Start\"]},\"User-Name\":{\"value\":[\"a\"]}}", "{\"a\":{\"value\":[[[[[[1]]]]]]}}",
        $"{{\"User-Name\":{{\"value\":[\"{new string('a', 300)}\"]}},\"User-Password\":{{\"value\":[\"x\"]}}}}", $"{{\"User-Name\":{{\"value\":[\"{new string('a', 70_000)}\"]}}}}",
    };

    [Theory, MemberData(nameof(Bodies))]
    public async Task A_body_that_is_no_packet_is_refused_with_a_sentence(string body)
    {
        foreach (var path in new[] { "/radius/authenticate", "/radius/accounting" })
        {
            using var answer = await school.PostAsync(path, school.Key, body);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("error_description", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        using var form = await school.PostAsync("/radius/authenticate", school.Key, body, "application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.BadRequest, form.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("test")]
    [InlineData("test.")]
    [InlineData("test.0000000000000000000000000000000000000000000")]
    [InlineData("TEST.x")]
    [InlineData("nobody.x")]
    [InlineData("te%00st.x")]
    public async Task A_key_that_is_not_in_force_opens_nothing(string key)
    {
        foreach (var path in new[] { "/radius/authenticate", "/radius/accounting" })
        {
            using var answer = await school.PostAsync(path, key, "{}");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_key_is_replaced_with_a_day_in_between_and_a_removed_server_is_refused_within_seconds()
    {
        var servers = school.Get<IRadiusServers>();
        var first = (await servers.AddAsync("keys", [], "test", default))!;
        Assert.Null(await servers.AddAsync("keys", [], "test", default));
        Assert.Equal(HttpStatusCode.Unauthorized, await school.StatusAsync("k", "x", key: first));
        var second = (await servers.NewKeyAsync("keys", "test", default))!;
        Assert.Null(await servers.NewKeyAsync("no-such", "test", default));
        school.Clock.Advance(RadiusServers.Fresh);
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], [await school.StatusAsync("k", "x", key: first), await school.StatusAsync("k", "x", key: second)]);
        Assert.NotNull(Assert.Single(await servers.AllAsync(default), s => s.Name == "keys").OldKeyUntil);
        school.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized], [await school.StatusAsync("k", "x", key: first), await school.StatusAsync("k", "x", key: second)]);
        Assert.True(await servers.RemoveAsync("keys", "test", default));
        Assert.False(await servers.RemoveAsync("keys", "test", default));
        school.Clock.Advance(RadiusServers.Fresh);
        Assert.Equal(HttpStatusCode.Forbidden, await school.StatusAsync("k", "x", key: second));
        Assert.Equal(3, await school.QueryAsync<long>("select count(*) from kernel.audit where act like 'workplace.radius-server-%' and subject = 'keys'"));
        Assert.Equal(0, await school.QueryAsync<long>("select count(*) from kernel.audit where details::text like '%' || @secret || '%'", new { secret = second.Split('.')[1] }));
        school.SetClock();
    }

    [Theory]
    [InlineData("02:00:5e:AB:cd:01", "02-00-5e-ab-cd-01")]
    [InlineData("0200.5eab.cd01", "02-00-5e-ab-cd-01")]
    [InlineData("02005EABCD01", "02-00-5e-ab-cd-01")]
    [InlineData("02-00-5E-AB-CD-01:School:2", "02-00-5e-ab-cd-01")]
    [InlineData("02-00-5E-AB-CD-01-02", "02-00-5E-AB-CD-01-02")]
    [InlineData("+79160000001", "+79160000001")]
    [InlineData("", "")]
    public void An_address_of_a_radio_is_one_in_every_spelling(string given, string one) => Assert.Equal(one, StationAddress.Of(given));

    [Theory]
    [InlineData("\u00D1\u008F", "я")]
    [InlineData("я", "я")]
    [InlineData("\u00E9", "é")]
    [InlineData("a\\b", "a\\b")]
    public void A_value_is_read_as_the_bytes_that_the_device_sent(string posted, string meant) =>
        Assert.Equal(meant, RadiusBody.Parse(Encoding.UTF8.GetBytes($"{{\"a\":{{\"value\":[{System.Text.Json.JsonSerializer.Serialize(posted)}]}}}}")).Body!.Text("a"));

    [Fact]
    public async Task The_portals_door_for_networks_is_the_gateways_alone_and_refuses_what_is_not_whole()
    {
        using var http = new HttpClient();
        using var none = await http.PostAsync(school.Service.PortalUrl + "/api/network-password-check", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        var portal = school.Get<SignIn.Activation.PortalApi>();
        Dictionary<string, string> whole = new() { ["sub"] = Guid.NewGuid().ToString(), ["password"] = "x", ["device"] = "d", ["network"] = "n", ["known"] = "true" };
        foreach (var field in whole.Keys)
        {
            using var answer = await portal.PostAsync("/api/network-password-check", whole.Where(f => f.Key != field).ToDictionary(), default);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
        using var wrong = await portal.PostAsync("/api/network-password-check", whole, default);
        Assert.Equal("{\"result\":\"wrong\"}", await wrong.Content.ReadAsStringAsync());
    }
}
