using System.Net;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;
using Aupd.Workplace.Wifi;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>What is kept of people in the Wi-Fi: theirs to take along, and gone when its term is over.</summary>
[Collection(WithWifi.Name)]
public sealed class KeptTests(WifiSchool school)
{
    [Fact, Trait("takes", "long")]
    public async Task What_is_kept_of_a_person_is_in_the_copy_of_his_data_and_goes_when_its_term_is_over()
    {
        var person = await school.TeacherAsync("wkept");
        await school.ActivateAsync(person);
        Assert.Equal(HttpStatusCode.OK, await school.StatusAsync("wkept", Person.Password, device: "02-00-00-00-dd-01"));
        Assert.Equal(HttpStatusCode.Unauthorized, await school.StatusAsync("wkept", "не тот пароль", device: "02-00-00-00-dd-01"));
        using (var kept = await school.PostAsync("/radius/accounting", school.Key, new()
        {
            ["Acct-Status-Type"] = "Stop", ["User-Name"] = "wkept", ["NAS-Identifier"] = "ap-kept", ["Acct-Session-Id"] = "kept", ["Calling-Station-Id"] = "02-00-00-00-DD-01",
            ["Acct-Session-Time"] = "60", ["Acct-Input-Octets"] = "4711",
        })) Assert.Equal(HttpStatusCode.NoContent, kept.StatusCode);

        var copy = await school.CopyAsync<WifiPart>(person);
        Assert.Contains("02-00-00-00-dd-01", copy, StringComparison.Ordinal);
        Assert.Contains("4711", copy, StringComparison.Ordinal);
        Assert.DoesNotContain("02-00-00-00-dd-01", await school.CopyAsync<WifiPart>(await school.TeacherAsync("wkept2")), StringComparison.Ordinal);

        var profile = await school.ProfileAsync(person);
        var settings = school.Get<WifiSettings>();
        Assert.Equal("1 1 1", await KeptAsync());
        await SweepAsync(settings.RefusalDays - 1);
        Assert.Equal("1 1 1", await KeptAsync());
        await SweepAsync(settings.RefusalDays + 1);
        Assert.Equal("1 0 1", await KeptAsync());
        await SweepAsync(Math.Max(settings.DeviceDays, settings.AccountingDays) + 1);
        Assert.Equal("0 0 0", await KeptAsync());

        Task<string> KeptAsync() => school.QueryAsync<string>("""
            select (select count(*) from workplace.wifi_device where profile_id = @profile) || ' ' || (select count(*) from workplace.wifi_refusal where profile_id = @profile)
                   || ' ' || (select count(*) from workplace.wifi_session where profile_id = @profile)
            """, new { profile });

        async Task SweepAsync(int days)
        {
            using var sweep = new SweepWifi(school.Service.Source, settings, new FakeClock(school.Clock.GetUtcNow().AddDays(days)), NullLogger<SweepWifi>.Instance);
            await sweep.RunAsync(default);
        }
    }
}
