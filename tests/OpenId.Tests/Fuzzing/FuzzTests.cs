using System.Globalization;
using System.Text.Json;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Fuzzing;

/// <summary>Bad input of every kind at every endpoint of the provider. The seed is fixed, so that a failure comes again; AUPD_FUZZ_CASES asks
/// for more, AUPD_FUZZ_SEED for others.</summary>
public sealed class FuzzTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private static readonly int Cases = Setting("AUPD_FUZZ_CASES", 500), Seed = Setting("AUPD_FUZZ_SEED", 20261121);
    // These read no parameters, or take odd ones of a person for none.
    private static readonly string[] Lenient = ["/.well-known/openid-configuration", "/connect/jwks", "/connect/logout/done", "/device", "/device/done", "/device/refused"];

    [Fact, Trait("takes", "long")]
    public async Task Whatever_comes_is_refused_as_specified_and_changes_nothing()
    {
        var random = new Random(Seed);
        var (templates, mutations) = (new Templates(random), new Mutations(random, fixture.Site.Issuer, fixture.Clock.GetUtcNow()));
        var (paths, programs) = await EndpointsAsync();
        using var browser = fixture.Browser();
        Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(ProviderFixture.Jar.Client("keyed"), default));
        Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(
            ServiceClients.Acting("acting", ServiceClients.DiaryApi, ServiceClients.LibraryApi) with { Scopes = ["openid"] }, default));
        // Keys are made at first need.
        await browser.TokensAsync("anna");
        var before = await RowsAsync();
        for (var i = 0; i < Cases; i++)
        {
            var one = templates.Next(paths[i % paths.Count]);
            mutations.Spoil(one);
            var answer = await SendAsync(one, i);
            if (Fault(one, answer, programs) is { } fault) Assert.Fail($"Seed {Seed}, case {i}: {fault}\n{one}\nanswer: {answer}");
            var after = await RowsAsync();
            // What was spoilt too little to be wrong may leave its row: a request that waits, say.
            if (answer is { Refuses: true }) Assert.True(before == after, $"Seed {Seed}, case {i} was refused and changed rows:\n{one}\n{before}\n{after}");
            before = after;
        }
        // And it serves on.
        await browser.TokensAsync("anna");
    }

    private static readonly string[] Clients = ["web", "jar", "keyed"];

    private static string? Fault(FuzzCase one, Answer? answer, HashSet<string> programs)
    {
        if (answer is null) return one.BreaksHttp ? null : "the server hung up";
        // RFC 9110 §15.6.2, §15.6.6: these two name what the client did.
        if (one.BreaksHttp && answer.Status is 501 or 505) return null;
        if (answer.Status >= 500) return $"status {answer.Status}";
        if (answer.Body.Contains("   at Aupd.", StringComparison.Ordinal) || answer.Body.Contains("Npgsql", StringComparison.Ordinal)) return "the inside shows";
        if (answer.Location is { } to && !Clients.Any(c => to.StartsWith($"https://{c}.test/", StringComparison.Ordinal)) && !to.StartsWith("http://localhost:", StringComparison.Ordinal)
            && !(to.StartsWith('/') && !to.StartsWith("//", StringComparison.Ordinal))) return $"leads to {to}";
        if (one.Fatal && !Lenient.Contains(one.Path) && !answer.Refuses) return $"not refused: {answer.Status}";
        if (one.BreaksHttp || !programs.Contains(one.Path) || answer.Status is not (400 or 401)) return null;
        return IsOAuthError(answer) ? null : "no OAuth error";
    }

    // RFC 6749 §5.2; RFC 6750 §3 for UserInfo, where a request that brought nothing gets the challenge alone.
    private static bool IsOAuthError(Answer answer)
    {
        if (answer.Headers.TryGetValue("www-authenticate", out var challenge) && answer.Body.Length == 0) return challenge.StartsWith("Bearer", StringComparison.Ordinal) || challenge.StartsWith("DPoP", StringComparison.Ordinal);
        if (!answer.IsJson || !answer.Headers.GetValueOrDefault("cache-control", "").Contains("no-store", StringComparison.Ordinal)) return false;
        using var json = JsonDocument.Parse(answer.Body);
        return json.RootElement.TryGetProperty("error", out var error) && error.GetString()!.All(c => c is >= 'a' and <= 'z' or '_')
            && json.RootElement.TryGetProperty("error_description", out var description) && description.GetString()!.All(c => c is >= ' ' and <= '~' and not '"' and not '\\');
    }

    private async Task<Answer?> SendAsync(FuzzCase one, int number)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        var (head, body) = one.Build();
        try { return await Wire.SendAsync(new Uri(fixture.Site.Url).Port, head, body, one.HangsUp, patience.Token); }
        catch (OperationCanceledException) { throw new TimeoutException($"Seed {Seed}, case {number}: no answer within {Eventually.Patience.TotalSeconds} s.\n{one}"); }
    }

    /// <summary>Those that the discovery document names and those that the engine maps besides; a new one is fuzzed from the day it is there.
    /// Programs, not people, read the answers of the second kind.</summary>
    private async Task<(List<string> Paths, HashSet<string> Programs)> EndpointsAsync()
    {
        using var browser = fixture.Browser();
        var document = (await browser.GetAsync("/.well-known/openid-configuration")).Json;
        var named = document.EnumerateObject().Where(p => p.Name.EndsWith("_endpoint", StringComparison.Ordinal) || p.Name == "jwks_uri").ToDictionary(p => p.Name, p => new Uri(p.Value.GetString()!).AbsolutePath);
        var mapped = fixture.Site.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => !p.Contains('{') && p is not ("/login" or "/login-page"));
        string[] forPeople = ["authorization_endpoint", "end_session_endpoint", "jwks_uri"];
        return ([.. named.Values.Union(mapped).Order(StringComparer.Ordinal)], named.Where(n => !forPeople.Contains(n.Key)).Select(n => n.Value).ToHashSet());
    }

    // Every row of the engine, by one number per table; but for jtis, which are used up also by a signed request that then fails.
    private async Task<string> RowsAsync()
    {
        await using var command = fixture.Site.Shared.Source.CreateCommand(_rowsSql ??= await RowsSqlAsync());
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private string? _rowsSql;

    private async Task<string> RowsSqlAsync()
    {
        await using var command = fixture.Site.Shared.Source.CreateCommand("""
            select string_agg(format('select %L || count(*) || ''/'' || coalesce(sum(hashtext(t::text)), 0) from openid.%I t', c.relname || ' ', c.relname), ' union all ')
              from pg_class c where c.relnamespace = 'openid'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'replay'
            """);
        return $"select string_agg(line, ', ') from ({await command.ExecuteScalarAsync()} union all select 'audit ' || count(*) from kernel.audit) rows(line)";
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
