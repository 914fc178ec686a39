using System.Net;
using System.Text.RegularExpressions;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Admin;

/// <summary><c>aupd client secret</c> beside a site that runs: once as a program of its own, which costs as much as ten commands of this one.</summary>
public sealed partial class ClientSecretCommandTests : IAsyncLifetime
{
    private string _database = "";
    private TestSite _site = null!;
    private TestBrowser _http = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.NewDatabaseAsync();
        _site = await TestSite.StartAsync(new TestPeople(), TimeProvider.System, _database);
        _http = new TestBrowser(_site.Url);
        await _site.Clients.RegisterAsync(ServiceClients.Service("turning") with { Resources = [] }, default);
        await _site.Clients.RegisterAsync(ProviderFixture.Client("app") with { Type = "public", SecretHashes = [] }, default);
        await _site.Services.GetRequiredService<ClientDirectory>().ReplaceFileAsync([ProviderFixture.Client("of-file")], default);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _site.DisposeAsync();
    }

    private Task<(int Code, string Output)> RunAsync(params string[] words) => TestCommand.RunAsync(_database, ["client", "secret", .. words]);

    private async Task<(int Code, string Output)> RunProgramAsync(params string[] words)
    {
        await using var program = ProgramProcess.Start(["client", "secret", .. words, "--connection-string", _database, "--set", "Secrets:MasterKey=" + Convert.ToBase64String(new byte[32])]);
        var code = await program.ExitAsync();
        return (code, program.Output);
    }

    private async Task<bool> WorksAsync(string secret) => (await _http.OwnTokenAsync("turning", ("client_secret", secret))).Status == HttpStatusCode.OK;

    [Fact, Trait("needs", "process")]
    public async Task A_new_secret_is_printed_once_both_work_and_the_old_one_is_retired()
    {
        var (code, output) = await RunProgramAsync("turning");
        Assert.True(code == 0, output);
        var secret = Assert.Single(SecretLine().Matches(output)).Value.Trim();
        await Eventually.HoldsAsync("the site takes the new secret", () => WorksAsync(secret));
        Assert.True(await WorksAsync(TestBrowser.Secret));
        (code, output) = await RunAsync("turning", "--retire");
        Assert.True(code == 0, output);
        Assert.DoesNotContain(secret, output);
        await Eventually.HoldsAsync("the site takes the old secret no longer", async () => !await WorksAsync(TestBrowser.Secret));
        Assert.True(await WorksAsync(secret));
        Assert.Equal(["openid.client-secret-rotated command command", "openid.client-secret-retired command command"], await AuditAsync());
        (code, output) = await RunAsync("turning", "--retire");
        Assert.Equal(1, code);
        Assert.Contains("turning has one secret", output);
        Assert.True(await WorksAsync(secret));
    }

    // The command runs once for its words; why there is none to change is the same door's answer.
    [Fact]
    public async Task Where_there_is_none_to_change_it_says_why_and_nothing_changes()
    {
        var (code, output) = await RunAsync("of-file");
        Assert.Equal(1, code);
        Assert.Contains("secretHashes", output);
        Assert.Empty(SecretLine().Matches(output));
        var secrets = _site.Services.GetRequiredService<IClientSecrets>();
        foreach (var change in new[] { secrets.AddAsync, (Func<string, CancellationToken, Task<ChangeSecretOutcome>>)secrets.RetireAsync })
        {
            Assert.IsType<ChangeSecretOutcome.NoSuchClient>(await change("nobody", default));
            Assert.IsType<ChangeSecretOutcome.NoSecret>(await change("app", default));
            Assert.IsType<ChangeSecretOutcome.OfTheFile>(await change("of-file", default));
        }
        Assert.Empty(await AuditAsync());
    }

    private async Task<List<string>> AuditAsync()
    {
        var lines = new List<string>();
        await using var command = _site.Shared.Source.CreateCommand("select act || ' ' || actor || ' ' || (details->>'by') from kernel.audit where act like 'openid.client-secret-%' order by at");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return lines;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{43}\r?$", RegexOptions.Multiline)] private static partial Regex SecretLine();
}
