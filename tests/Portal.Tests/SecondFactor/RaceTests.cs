using Aupd.Portal.Doors;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.SecondFactor;

/// <summary>Tries are not counted here, so that what holds is the statement that spends a code, not the count.</summary>
public sealed class WideSite : SelfServiceSite
{
    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["Portal:SecondFactor:WrongPerDay"] = "10000", ["Portal:Attempts:PerAccountAndPlace"] = "1000", ["Portal:Attempts:PerAccountPerHour"] = "100000",
    };
}

public sealed class RaceTests(WideSite site) : IClassFixture<WideSite>
{
    [Fact, Trait("takes", "long")]
    public async Task One_code_from_thirty_browsers_at_once_signs_one_of_them_in()
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        var browsers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => site.AtSecondStepAsync(person)));
        var code = app.NextCode();
        await Task.WhenAll(browsers.Select(b => b.SubmitAsync(("Code", code))));
        Assert.Single(browsers, b => b.Cookie("aupd-portal-session") is not null);
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where act = 'portal.signed-in' and actor = @id and details->>'by' = 'password+app'",
            new { id = person.Id.ToString() }));
    }

    [Fact, Trait("takes", "long")]
    public async Task One_step_answered_thirty_times_at_once_makes_one_session()
    {
        var person = await site.NewPersonAsync();
        var (first, app) = await site.WithAppAsync(person);
        var codes = await first.MakeCodesAsync();
        using var browser = await site.AtSecondStepAsync(person);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var right = codes.Take(4).Append(app.NextCode()).ToList();
        var requests = Enumerable.Range(0, 30).Select(i => browser.FormRequest(("Code", right[i % right.Count]))).ToList();
        var answers = await Task.WhenAll(requests.Select(r => http.SendAsync(r)));
        Assert.Single(answers, a => a.Headers.TryGetValues("Set-Cookie", out var set) && set.Any(c => c.StartsWith("aupd-portal-session=", StringComparison.Ordinal)));
    }

    [Fact, Trait("takes", "long")]
    public async Task One_recovery_code_from_thirty_browsers_at_once_signs_one_of_them_in()
    {
        var person = await site.NewPersonAsync();
        var (owner, _) = await site.WithAppAsync(person);
        var code = (await owner.MakeCodesAsync())[3];
        var browsers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => site.AtSecondStepAsync(person)));
        await Task.WhenAll(browsers.Select(b => b.SubmitAsync(("Code", code))));
        Assert.Single(browsers, b => b.Cookie("aupd-portal-session") is not null);
        Assert.Equal(9, await site.AskAsync<long>("select count(*) from portal.recovery_code where account_id = @Id and spent_at is null", new { person.Id }));
    }

    [Fact]
    public async Task Two_factors_of_an_administrator_removed_at_once_leave_one()
    {
        var person = await site.NewPersonAsync();
        var (owner, _) = await site.WithAppAsync(person);
        var authenticator = new Authenticator(site.Url);
        await authenticator.RegisterAsync(owner);
        await using (var scope = site.Scope()) await scope.ServiceProvider.GetRequiredService<IAdministrators>().MarkAsync(person.Id, "test");
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var requests = new List<HttpRequestMessage>();
        foreach (var key in new[] { "app", authenticator.Id })
        {
            await owner.GetAsync("/profile/second-step/remove?key=" + key);
            requests.AddRange(Enumerable.Range(0, 15).Select(_ => owner.FormRequest()));
        }
        await Task.WhenAll(requests.Select(r => http.SendAsync(r)));
        Assert.Equal(1, await site.AskAsync<long>(
            "select (select count(*) from portal.totp where account_id = @Id) + (select count(*) from portal.passkey where account_id = @Id)", new { person.Id }));
    }
}
