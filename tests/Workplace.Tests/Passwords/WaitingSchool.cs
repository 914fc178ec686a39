using Aupd.Kernel.Jose;
using Aupd.TestKit;
using Aupd.Workplace.Passwords;
using Aupd.Workplace.Tests.Samba;
using Aupd.Workplace.Tests.Teams;
using Dapper;

namespace Aupd.Workplace.Tests.Passwords;

/// <summary>The whole service, and a directory that is away: what waits for it is read as its worker would read it.</summary>
public sealed class WaitingSchool : School
{
    private readonly TestAuthority _authority = new();

    protected override Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        Gate.Shut();
        return Task.FromResult(new Dictionary<string, string?>
        {
            ["Workplace:Directory:Server"] = "localhost", ["Workplace:Directory:Port"] = Gate.Port.ToString(), ["Workplace:Directory:CaFile"] = _authority.CaFile,
            ["Workplace:Directory:BindName"] = "aupd@obr.test", ["Workplace:Directory:BindPassword"] = "x", ["Workplace:Directory:Domain"] = "test",
            // Answers are held back here for as long as something else takes.
            ["SignIn:PortalTimeoutSeconds"] = "60",
        });
    }

    protected override Task EndFarSideAsync()
    {
        _authority.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The passwords that wait for the person, in clear, in the order in which they were kept.</summary>
    public async Task<IReadOnlyList<string>> WaitingAsync(Person person)
    {
        await using var connection = await Service.Source.OpenConnectionAsync();
        var messages = await connection.QueryAsync<string>("select message from workplace.password where profile_id = @profile order by no", new { profile = await ProfileAsync(person) });
        var passwords = new List<string>();
        foreach (var message in messages)
            passwords.Add(SealedPassword.Read((await Get<PasswordKeys>().OpenAsync(connection, message, default))!, person.AccountId.ToString())!);
        return passwords;
    }

    public Task UntilWaitsAsync(Person person, string password) => Eventually.HoldsAsync($"\"{password}\" waits", async () => (await WaitingAsync(person)).SequenceEqual([password]));
}
