using System.Text.Json.Nodes;
using Aupd.TestKit;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;
using Microsoft.AspNetCore.Http;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>The whole service, and a server that can do little: no PATCH, no configuration, one resource to a page; tokens by client credentials, each
/// good for a while.</summary>
public sealed class SimpleSchool : School
{
    private int _tokens;

    public StrictScim Scim { get; } = new();
    /// <summary>What the endpoint of tokens was sent.</summary>
    public List<string> Asked { get; } = [];
    public string? Refuses { get; set; }

    protected override async Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        (Scim.CanPatch, Scim.PageCap, Scim.HasConfig, Scim.Before) = (false, 1, false, GiveAsync);
        await Scim.StartAsync();
        return ProgramSettings();
    }

    protected override Task EndFarSideAsync() => Scim.DisposeAsync().AsTask();

    protected override Dictionary<string, string?> ProgramSettings() => new()
    {
        ["Workplace:Teams:Url"] = Scim.Url, ["Workplace:Teams:TokenUrl"] = $"http://localhost:{Scim.Port}/token", ["Workplace:Teams:ClientId"] = "aupd",
        ["Workplace:Teams:ClientSecret"] = "s3cret&+", ["Workplace:Teams:Scope"] = "scim.write", ["Workplace:Teams:UserName"] = "{login}@schools.test",
        ["Workplace:Teams:MembersPerRequest"] = "2", ["Portal:Hashing:MemoryKiB"] = "8192", ["Portal:Hashing:Passes"] = "1",
    };

    private async Task<bool> GiveAsync(ScimCall call, HttpContext http)
    {
        if (call.Path != "/token") return false;
        var form = await http.Request.ReadFormAsync();
        lock (Asked) Asked.Add(string.Join('&', form.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}")));
        http.Response.StatusCode = Refuses is null ? 200 : 401;
        Scim.Taken = $"token-{Interlocked.Increment(ref _tokens)}";
        await http.Response.WriteAsync(Refuses ?? $"{{\"access_token\":\"{Scim.Taken}\",\"token_type\":\"Bearer\",\"expires_in\":3600}}");
        return true;
    }
}

public sealed class SimpleServerTests(SimpleSchool school) : IClassFixture<SimpleSchool>
{
    [Fact, Trait("takes", "long")]
    public async Task A_server_that_cannot_patch_is_given_the_whole_with_what_others_have_written()
    {
        var person = await school.PupilAsync("tput");
        await school.ActivateAsync(person);
        var mark = (await school.ProfileAsync(person)).ToString();
        var id = (string)(await OneAsync("Users", mark, "the user is there", _ => true))["id"]!;
        Assert.Equal("tput@schools.test", (string?)school.Scim.Store.All("Users").Single(u => (string?)u["id"] == id)["userName"]);
        await OneAsync("Groups", "class:4185:5А", "5А has her", g => TeamsSchool.Members(g).Contains(id));
        school.Scim.Store.Edit("Users", id, u => u["phoneNumbers"] = new JsonArray(new JsonObject { ["value"] = "1" }));
        await school.ChangeAsync(person, ";5А;", ";8Б;");
        await OneAsync("Groups", "class:4185:8Б", "8Б has her", g => TeamsSchool.Members(g).Contains(id));
        await OneAsync("Groups", "class:4185:5А", "5А has her no more", g => !TeamsSchool.Members(g).Contains(id));
        var user = await OneAsync("Users", mark, "the class is the new one", u => (string?)u["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]!["department"] == "8Б");
        Assert.NotNull(user["phoneNumbers"]);
        school.SetClock();
    }

    [Fact, Trait("takes", "long")]
    public async Task A_token_is_got_by_client_credentials_and_another_when_it_is_not_taken_any_more()
    {
        var first = await school.TeacherAsync("ttoken1");
        await school.ActivateAsync(first);
        await OneAsync("Users", (await school.ProfileAsync(first)).ToString(), "the user is there", _ => true);
        Assert.Equal("client_id=aupd&client_secret=s3cret&+&grant_type=client_credentials&scope=scim.write", school.Asked[0]);
        school.Scim.Taken = "revoked";
        var second = await school.TeacherAsync("ttoken2");
        await school.ActivateAsync(second);
        await OneAsync("Users", (await school.ProfileAsync(second)).ToString(), "the second user is there", _ => true);

        school.Refuses = "{\"error\":\"invalid_client\",\"error_description\":\"s3cret&+ is wrong\"}";
        school.Scim.Taken = "revoked";
        var third = await school.TeacherAsync("ttoken3");
        await school.ActivateAsync(third);
        var said = await Eventually.GetAsync("that no token is given is told",
            async () => (await school.Get<IWorkplaceAccounts>().CountsAsync(default)).SingleOrDefault(c => c is { Target: "teams", AwayReason: not null }));
        Assert.Equal($"http://localhost:{school.Scim.Port}/token gives no token: 401 invalid_client. See Workplace:Teams:ClientId and ClientSecret.", said.AwayReason);
        school.Refuses = null;
        await OneAsync("Users", (await school.ProfileAsync(third)).ToString(), "it is told after", _ => true);
    }

    // What a server refuses at first comes after seconds of the clock.
    private Task<JsonObject> OneAsync(string kind, string mark, string what, Func<JsonObject, bool> isSo) => Eventually.GetAsync(what, () =>
    {
        school.Clock.Advance(TimeSpan.FromMilliseconds(500));
        return Task.FromResult(school.Scim.Store.All(kind).SingleOrDefault(r => (string?)r["externalId"] == mark) is { } one && isSo(one) ? one : null);
    });
}
