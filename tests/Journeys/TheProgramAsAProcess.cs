using System.Diagnostics;
using Aupd.TestKit;

namespace Aupd.Journeys;

/// <summary>./run as a person at a terminal sees it: starts, says where, stops clean, survives a kill.</summary>
public sealed class TheProgramAsAProcess : IDisposable
{
    private readonly string _folder = $"/tmp/aupd-run-{Environment.ProcessId}-{Stopwatch.GetTimestamp()}";
    private readonly int[] _ports = ProgramProcess.FreePorts(3);

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_starts_twice_stops_clean_and_survives_a_kill()
    {
        await using (var first = Run())
        {
            await first.UntilItSaysAsync("Ctrl-C");
            Assert.Contains("zvonok-na-urok", first.Output);
            await AnswersAsync();
            // Pressed twice, as people do.
            using (var again = System.Diagnostics.Process.Start("kill", ["-INT", first.Id.ToString()])) await again.WaitForExitAsync();
            Assert.Equal(0, await first.StopAsync());
            Assert.False(PostgresRuns(), "PostgreSQL was left running");
        }

        await using (var second = Run())
        {
            await second.UntilItSaysAsync("Ctrl-C");
            await second.KillAsync();
            Assert.True(PostgresRuns(), "a killed program leaves its PostgreSQL");
        }

        await using var third = Run();
        await third.UntilItSaysAsync("Ctrl-C");
        await AnswersAsync();
        Assert.Equal(0, await third.StopAsync());
        Assert.False(PostgresRuns());
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        using var squatter = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, _ports[0]);
        squatter.Start();
        await using var program = Run();
        Assert.Equal(1, await program.ExitAsync());
        Assert.Contains($"Port {_ports[0]} for the school gateway is taken; choose another with Sites:SchoolPort (--school-port).", program.Output);
        Assert.DoesNotContain("   at ", program.Output);
        Assert.False(PostgresRuns());
    }

    [Fact]
    public async Task A_second_run_on_the_same_data_says_so_and_disturbs_nothing()
    {
        await using var first = Run();
        await first.UntilItSaysAsync("Ctrl-C");
        await using var second = ProgramProcess.Start("run", "--data", _folder);
        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("already running", second.Output);
        await AnswersAsync();
    }

    [Theory]
    [InlineData("--set Sites:SchoolPort=70000", "Setting Sites:SchoolPort is \"70000\", but must be from 1 to 65535.")]
    [InlineData("--set Sites:SchoolPrt=5000", "Unknown setting Sites:SchoolPrt.")]
    [InlineData("--set Nonsense:A=1", "Unknown setting Nonsense")]
    [InlineData("--set nonsense", "--set \"nonsense\" is not of the form Section:Name=value.")]
    public async Task A_wrong_setting_stops_the_start_with_one_sentence(string option, string expected)
    {
        await using var program = ProgramProcess.Start(["serve", "--data", _folder, .. option.Split(' ', 2)]);
        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains(expected, program.Output);
        Assert.DoesNotContain("   at ", program.Output);
    }

    private ProgramProcess Run() => ProgramProcess.Start("run", "--data", _folder, "--school-port", $"{_ports[0]}", "--portal-port", $"{_ports[1]}", "--demo-port", $"{_ports[2]}");

    private async Task AnswersAsync()
    {
        using var http = new HttpClient();
        foreach (var port in _ports) Assert.Equal("ok", await http.GetStringAsync($"http://localhost:{port}/health"));
    }

    private bool PostgresRuns()
    {
        var pid = Path.Combine(_folder, "postgres", "postmaster.pid");
        return File.Exists(pid) && Directory.Exists($"/proc/{File.ReadLines(pid).First().Trim()}");
    }
}
