using System.Net;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Kernel.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aupd.Kernel.Tests.Http;

/// <summary>Where a request comes from, in words.</summary>
public sealed class PlacesTests
{
    private const string School = "Школа № 856";

    private static readonly Places Known = Read(
        ("Places:Networks:0:Network", "10.20.0.0/16"), ("Places:Networks:0:Name", "Школы округа"),
        ("Places:Networks:1:Network", "10.20.30.0/24"), ("Places:Networks:1:Name", School), ("Places:Networks:1:NameEnglish", "School No. 856"),
        ("Places:Networks:2:Network", "2001:db8:856::/48"), ("Places:Networks:2:Name", School));

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0/24", "сеть 203.0.113.x")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.0/24", "сеть 203.0.113.x")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "сеть 2001:db8:1:x")]
    [InlineData("10.20.30.40", School, School)]
    [InlineData("::ffff:10.20.30.40", School, School)]
    [InlineData("2001:db8:856:ffff::1", School, School)]
    [InlineData("10.20.31.40", "Школы округа", "Школы округа")]
    public void An_address_is_told_by_the_narrowest_name_or_without_its_machine(string address, string place, string shown)
    {
        Assert.Equal(place, Known.Of(IPAddress.Parse(address)));
        Assert.Equal(shown, Known.Shown(place, Russian));
    }

    [Fact]
    public void The_name_is_told_in_both_languages()
    {
        Assert.Equal("School No. 856", Known.Shown(School, English));
        Assert.Equal("Школы округа", Known.Shown("Школы округа", English));
        Assert.Equal("network 203.0.113.x", Known.Shown("203.0.113.0/24", English));
        Assert.Equal("an unknown place", Known.Shown(Known.Of((IPAddress?)null), English));
    }

    [Theory]
    [InlineData("203.0.113.1", "203.0.113.254", true)]
    [InlineData("203.0.113.1", "203.0.114.1", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:ffff::1", true)]
    [InlineData("2001:db8:1::1", "2001:db8:2::1", false)]
    [InlineData("10.20.30.1", "2001:db8:856::1", true)]
    [InlineData("10.20.30.1", "10.20.31.1", false)]
    public void Two_requests_are_at_one_place_when_name_or_network_is_one(string one, string other, bool same) =>
        Assert.Equal(same, Places.AreSame(Known.Of(IPAddress.Parse(one)), Known.Of(IPAddress.Parse(other))));

    [Fact]
    public void Two_unknown_places_are_not_one() => Assert.False(Places.AreSame(Known.Of((IPAddress?)null), Known.Of((IPAddress?)null)));

    [Theory]
    [InlineData("10.20.30.0", "Школа", "Networks:0:Network is \"10.20.30.0\"")]
    [InlineData("10.20.30.0/24", "", "Networks:0:Name is \"\"")]
    [InlineData("10.20.30.0/24", "10.20.30.0/24", "Networks:0:Name is \"10.20.30.0/24\"")]
    public void A_network_that_is_none_stops_the_start(string network, string name, string expected) =>
        Assert.Contains(expected, Assert.Throws<SettingsException>(() => Read(("Places:Networks:0:Network", network), ("Places:Networks:0:Name", name))).Message);

    private static Language Russian => new(new HttpContextAccessor { HttpContext = null });

    private static Language English
    {
        get
        {
            var http = new DefaultHttpContext();
            http.Request.Headers.AcceptLanguage = "en";
            return new Language(new HttpContextAccessor { HttpContext = http });
        }
    }

    private static Places Read(params (string Name, string Value)[] values) => new(SettingsModule.Read<PlacesSettings>(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build(), PlacesSettings.Section));
}
