using Aupd.Kernel.Jose;
using Aupd.TestKit;
using Aupd.Workplace.Passwords;
using Aupd.Workplace.Tests.Samba;
using Aupd.Workplace.Tests.Teams;
using Dapper;
using Npgsql;

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

    /// <summary>Whoever writes such a row next waits in the middle of it until the hold ends.</summary>
    /// <param name="condition">On the row, <c>new</c>.</param>
    public async Task<Hold> HoldAsync(string table, string condition = "true")
    {
        var connection = await Service.Source.OpenConnectionAsync();
        await connection.ExecuteAsync($"""
            create function hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock({Hold.Key}); return new; end $$;
            create trigger hold before insert on {table} for each row when ({condition}) execute function hold();
            select pg_advisory_lock({Hold.Key})
            """);
        return new Hold(connection, table);
    }
}

public sealed class Hold(NpgsqlConnection connection, string table) : IAsyncDisposable
{
    internal const int Key = 78_2255;
    private bool _ended;

    public Task UntilSomebodyWaitsAsync() => Eventually.HoldsAsync($"somebody writes into {table}", () =>
        connection.ExecuteScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and objid = @Key and not granted)", new { Key }));

    /// <summary>Lets whoever waits go on.</summary>
    public async Task EndAsync()
    {
        if (_ended) return;
        _ended = true;
        await connection.ExecuteAsync($"select pg_advisory_unlock({Key})");
        await connection.ExecuteAsync($"drop trigger hold on {table}; drop function hold()");
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await connection.DisposeAsync();
    }
}
