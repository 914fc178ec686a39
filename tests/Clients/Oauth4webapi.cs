using System.Text.RegularExpressions;
using Aupd.TestKit;

namespace Aupd.Clients;

/// <summary>oauth4webapi: docs/integrate/node/command-line.mjs, a program on a person's machine, and nightly.mjs, services among themselves.</summary>
[Collection(Region.Name)]
public sealed class Oauth4webapi(RegionRunning region) : IDisposable
{
    private readonly string _folder = Example.NodeFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_program_signs_a_teacher_in_through_the_browser()
    {
        var client = await region.RegisterAsync("node/client-command-line.json");
        await using var program = new OtherProgram("node", [Path.Combine(_folder, "command-line.mjs"), region.Issuer, client.ClientId]);
        using var browser = new Browser(region.Issuer);
        await RegionRunning.SignInAsync(browser, await program.UntilItSaysAsync("Open (\\S+)"), RegionRunning.Teacher);
        await browser.FollowAsync();
        Assert.Contains("вернуться", browser.Text);
        Assert.Equal(0, await program.ExitAsync());
        foreach (var line in new[] { "Signed in", "Still" })
            Assert.True(Regex.IsMatch(program.Output, $"{line}: [^\n]*{RegionRunning.Teacher.Account.LastName}[^\n]*, teacher"), program.Output);
        Assert.Contains("Signed out", program.Output);
    }

    [Fact]
    public async Task A_service_gets_a_token_of_its_own_and_another_asks_about_it()
    {
        var nightly = await region.RegisterAsync("node/client-nightly.json");
        var marks = await region.RegisterAsync("node/client-marks.json");
        await using var program = new OtherProgram("node", [Path.Combine(_folder, "nightly.mjs"), region.Issuer, nightly.ClientId, nightly.Resources[0], marks.ClientId],
            new Dictionary<string, string> { ["CLIENT_SECRET"] = Example.Secret("node/client-nightly.json"), ["RESOURCE_CLIENT_SECRET"] = Example.Secret("node/client-marks.json") });
        var code = await program.ExitAsync();
        Assert.True(code == 0, program.Output);
        Assert.Contains("scope marks.read", program.Output);
        Assert.Contains($"Let in: {nightly.ClientId}", program.Output);
        Assert.Contains("Given back: undefined", program.Output);
        Assert.Contains("Made up: undefined", program.Output);
    }
}
