using System.Text.Json.Nodes;
using Aupd.TestKit;
using Aupd.Workplace.Teams;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>The whole service, and a strict SCIM server over TLS with an authority of its own in the place of a directory.</summary>
public class TeamsSchool : School
{
    public TestAuthority Authority { get; } = new();
    public StrictScim Scim { get; private set; } = null!;

    protected override async Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        Scim = new StrictScim(Authority.ServerFile);
        await Scim.StartAsync();
        return ProgramSettings();
    }

    protected override async Task EndFarSideAsync()
    {
        await Scim.DisposeAsync();
        Authority.Dispose();
    }

    protected override Dictionary<string, string?> ProgramSettings() => new()
    {
        ["Workplace:Teams:Url"] = Scim.Url, ["Workplace:Teams:Token"] = StrictScim.Token, ["Workplace:Teams:CaFile"] = Authority.CaFile,
        ["Workplace:Teams:TeacherGroup"] = "Учителя · {school}", ["SignIn:TeamsDomain"] = "test", ["Portal:Hashing:MemoryKiB"] = "8192", ["Portal:Hashing:Passes"] = "1",
    };

    internal TeamsSettings Read() => new() { Url = Scim.Url, Token = StrictScim.Token, CaFile = Authority.CaFile };

    /// <summary>Users of the server that bear our mark of the person.</summary>
    public async Task<IReadOnlyList<JsonObject>> UsersOfAsync(Person person)
    {
        var mark = (await ProfileAsync(person)).ToString();
        return [.. Scim.Store.All("Users").Where(u => (string?)u["externalId"] == mark)];
    }

    /// <summary>The person's user, once it is as it should be.</summary>
    public Task<JsonObject> UserAsync(Person person, string what, Func<JsonObject, bool>? isSo = null) =>
        SoonAsync(what, async () => await UsersOfAsync(person) is [var user] && (isSo is null || isSo(user)) ? user : null);

    public Task<JsonObject> GroupAsync(string key, string what, Func<IReadOnlyList<string>, bool> isSo) =>
        SoonAsync(what, () => Task.FromResult(Scim.Store.All("Groups").SingleOrDefault(g => (string?)g["externalId"] == key) is { } group && isSo(Members(group)) ? group : null));

    public static IReadOnlyList<string> Members(JsonObject group) => [.. (group["members"] as JsonArray ?? []).Select(m => (string)m!["value"]!)];

    /// <summary>Nothing waits any more, of people or groups.</summary>
    public Task QuietAsync(string what) => SoonAsync(what, () => QueryAsync<bool>("""
        select not exists (select 1 from kernel.outbox where dead_at is null)
           and not exists (select 1 from workplace.delivery where target = 'teams' and delivered_version < version and dead_at is null and conflict_at is null)
           and not exists (select 1 from workplace.teams_group where due_at <= @now and dead_at is null)
        """, new { now = Clock.GetUtcNow() }));
}

/// <summary>All tests with the strict server share one service.</summary>
[CollectionDefinition(Name)]
public sealed class WithTeams : ICollectionFixture<TeamsSchool>
{
    public const string Name = "a school with Teams";
}
