using System.Text.RegularExpressions;
using Aupd.TestKit;

namespace Aupd.Clients;

/// <summary>docs/integrate/node/command-line.mjs: a program on a person's machine, with oauth4webapi.</summary>
[Collection(Region.Name)]
public sealed class CommandLineProgram(RegionRunning region) : IDisposable
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
    }
}
