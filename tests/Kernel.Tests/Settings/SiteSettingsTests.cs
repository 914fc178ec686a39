using Aupd.TestKit;

namespace Aupd.Kernel.Tests.Settings;

/// <summary>A site that the world calls by https is served behind a proxy that is believed, or not at all.</summary>
public sealed class SiteSettingsTests
{
    [Theory]
    [InlineData("--school", "SchoolUrl", "https://school.region.test")]
    [InlineData("--portal", "PortalUrl", "https://portal.region.test/")]
    [InlineData("--demo", "DemoUrl", "HTTPS://demo.region.test")]
    public async Task Https_without_a_trusted_proxy_stops_the_start_and_says_what_to_set(string part, string setting, string url)
    {
        var (code, said) = await ServeAsync(part, "--set", $"Sites:{setting}={url}");
        Assert.Equal(2, code);
        Assert.Equal($"Setting Sites:TrustedProxies is empty, but must name the proxy that answers {url.TrimEnd('/')} (Sites:{setting}): its IP address, 127.0.0.1 where it runs "
            + "on this machine; it must send X-Forwarded-Proto and X-Forwarded-For.", said);
    }

    [Theory]
    [InlineData("Sites:TrustedProxies", "127.0.0.1, proxy.local", "Setting Sites: TrustedProxies names \"proxy.local\", but each must be an IP address.")]
    [InlineData("Sites:SchoolUrl", "school.region.test", "Setting Sites: SchoolUrl is \"school.region.test\", but must be a URL")]
    [InlineData("Sites:PortalUrl", "ftp://portal.region.test", "Setting Sites: PortalUrl is \"ftp://portal.region.test\", but must be a URL")]
    [InlineData("Sites:DemoUrl", "https://demo.region.test/?a=b", "Setting Sites: DemoUrl is \"https://demo.region.test/?a=b\", but must be a URL")]
    public async Task An_address_that_is_none_stops_the_start(string setting, string value, string expected)
    {
        var (code, said) = await ServeAsync("--school", "--set", $"{setting}={value}");
        Assert.Equal(2, code);
        Assert.StartsWith(expected, said);
    }

    private static async Task<(int Code, string Said)> ServeAsync(params string[] words)
    {
        var ports = ProgramProcess.FreePorts(3);
        string[] free = ["--set", $"Sites:SchoolPort={ports[0]}", "--set", $"Sites:PortalPort={ports[1]}", "--set", $"Sites:DemoPort={ports[2]}"];
        var (code, said) = await TestCommand.RunAsync(await TestPostgres.NewDatabaseAsync(), ["serve", .. words, .. free]);
        return (code, said.Trim());
    }
}
