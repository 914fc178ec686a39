using Aupd.TestKit;

namespace Aupd.Kernel.Tests;

public sealed class RunningServiceTests
{
    [Fact, Trait("takes", "long")]
    public async Task Every_site_of_the_whole_service_answers()
    {
        await using var service = await RunningService.StartAsync();
        using var http = new HttpClient();
        foreach (var url in new[] { service.PortalUrl, service.SchoolUrl, service.DemoUrl })
            Assert.Equal("ok", await http.GetStringAsync(url + "/health"));
        Assert.Contains("--accent", await http.GetStringAsync(service.PortalUrl + "/aupd.css"));
    }
}
