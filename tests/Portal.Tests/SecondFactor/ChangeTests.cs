using Aupd.Portal.Doors;
using Aupd.Portal.SecondFactor;
using Aupd.Portal.Sessions;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.SecondFactor;

/// <summary>Adding, removing, who must and who may not; and the way back for a lost phone.</summary>
public sealed class ChangeTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private static readonly string[] Guarded = ["app", "passkey", "codes", "remove?key=app"];

    [Fact]
    public async Task Changing_factors_takes_a_proof_younger_than_five_minutes()
    {
        var person = await site.NewPersonAsync();
        var (browser, _) = await site.WithAppAsync(person);
        site.Clock.Advance(TimeSpan.FromMinutes(5));
        foreach (var page in Guarded)
            Assert.Equal("/profile/second-step/prove", (await browser.GetAsync("/profile/second-step/" + page)).Location?.AbsolutePath);
        await browser.FollowAsync();
        var session = browser.Cookie("aupd-portal-session");
        await browser.SubmitAsync(("Password", "не тот пароль"));
        Assert.Contains("Пароль не подошёл", browser.Text);
        await browser.SubmitAndFollowAsync(("Password", PortalSite.Password));
        Assert.Equal("/profile/second-step/remove?key=app", browser.Url.PathAndQuery);
        Assert.Equal(session, browser.Cookie("aupd-portal-session"));
        foreach (var page in Guarded) Assert.Equal(System.Net.HttpStatusCode.OK, (await browser.GetAsync("/profile/second-step/" + page)).Status);
        site.Clock.Advance(TimeSpan.FromMinutes(5));
        await browser.SubmitAsync();
        Assert.Equal("/profile/second-step/prove", browser.Location?.AbsolutePath);
    }

    [Fact]
    public async Task A_passkey_is_a_fresh_proof_and_anothers_is_not()
    {
        var person = await site.NewPersonAsync();
        var browser = await site.SignedInAsync(person);
        var own = new Authenticator(site.Url);
        await own.RegisterAsync(browser);
        var foreign = new Authenticator(site.Url);
        await foreign.RegisterAsync(await site.SignedInAsync(await site.NewPersonAsync()));
        site.Clock.Advance(TimeSpan.FromMinutes(6));
        await (await browser.GetAsync("/profile/second-step/app")).FollowAsync();
        await foreign.AnswerAsync(browser);
        Assert.Contains("не подошёл", browser.Text);
        await own.AnswerAsync(browser);
        Assert.Equal("/profile/second-step/app", browser.Location?.AbsolutePath);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await browser.FollowAsync()).Status);
    }

    [Fact]
    public async Task A_change_is_told_and_listed_and_ends_no_session()
    {
        var person = await site.NewPersonAsync();
        var elsewhere = await site.SignedInAsync(person);
        var (browser, _) = await site.WithAppAsync(person);
        await browser.GetAsync("/profile/second-step?done=app");
        Assert.Contains("Вы остались на портале ещё и здесь", browser.Text);
        Assert.True(await elsewhere.IsSignedInAsync());
        foreach (var to in new[] { person.Phone, person.Email })
            Assert.Contains(await site.MessagesToAsync(to), m => m.Text.Contains("нужен код из приложения"));
        await browser.GetAsync("/profile/second-step/remove?key=app");
        Assert.Contains("хватит одного пароля", browser.Text);
        await browser.SubmitAndFollowAsync();
        Assert.Contains("Код из приложения выключен", browser.Text);
        Assert.True(await elsewhere.IsSignedInAsync());
        await site.SignedInAsync(person);
        Assert.Contains(await site.MessagesToAsync(person.Phone), m => m.Text.Contains("код из приложения при входе выключен"));
        foreach (var act in new[] { "portal.app-added", "portal.app-removed" })
            Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where act = @act and subject = @id", new { act, id = person.Id.ToString() }));
    }

    [Fact]
    public async Task Nobody_removes_what_is_anothers()
    {
        var owner = await site.NewPersonAsync();
        var key = new Authenticator(site.Url);
        await key.RegisterAsync(await site.SignedInAsync(owner));
        var (thief, _) = await site.WithAppAsync(await site.NewPersonAsync());
        Assert.Equal("/profile/second-step", (await thief.GetAsync("/profile/second-step/remove?key=" + key.Id)).Location?.AbsolutePath);
        await thief.GetAsync("/profile/second-step/remove?key=app");
        var request = thief.FormRequest();
        request.RequestUri = new Uri(thief.Url, "/profile/second-step/remove?key=" + key.Id);
        await thief.SendAsync(request);
        Assert.Equal("/profile/second-step", thief.Location?.PathAndQuery);
        await site.AtSecondStepAsync(owner);
    }

    [Fact]
    public async Task An_administrator_sets_up_a_factor_before_anything_else_and_keeps_the_last_one()
    {
        var person = await site.NewPersonAsync();
        await MarkAsync(person);
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAndFollowAsync(("Login", person.Login), ("Password", PortalSite.Password));
        Assert.Equal("/profile/second-step", browser.Path());
        Assert.Contains("Вы администратор", browser.Text);
        foreach (var page in new[] { "/profile", "/profile/password", "/profile/phone", "/profile/sessions" })
            Assert.Equal("/profile/second-step", (await browser.GetAsync(page)).Location?.AbsolutePath);
        var app = await site.AddAppAsync(browser);
        Assert.True(await browser.IsSignedInAsync());
        Assert.Equal("/profile/second-step?done=kept", (await browser.GetAsync("/profile/second-step/remove?key=app")).Location?.PathAndQuery);
        await using (var scope = site.Scope())
            Assert.IsType<ChangeFactorOutcome.LastOfAdministrator>(await scope.ServiceProvider.GetRequiredService<ChangeFactor>()
                .RunAsync(person.Id, new FactorChange.RemoveApp(), "test", default));
        using var next = await site.AtSecondStepAsync(person);
        await next.SubmitAsync(("Code", app.NextCode()));
        Assert.True(await next.IsSignedInAsync());
    }

    [Fact]
    public async Task The_way_back_waits_tells_everyone_concerned_and_lets_in_once()
    {
        var person = await site.NewPersonAsync();
        var (owner, app) = await site.WithAppAsync(person);
        await owner.MakeCodesAsync();
        Assert.IsType<ResetOutcome.Waiting>(await ResetAsync(r => r.AllowAsync(person.Id, "command")));
        foreach (var to in new[] { person.Phone, person.Email })
            Assert.Contains(await site.MessagesToAsync(to), m => m.Text.Contains("пустят без второго шага"));
        await site.AtSecondStepAsync(person);
        site.Clock.Advance(TimeSpan.FromHours(47));
        await site.AtSecondStepAsync(person);
        // Asked for once more, the wait is neither longer nor shorter.
        Assert.IsType<ResetOutcome.Waiting>(await ResetAsync(r => r.AllowAsync(person.Id, "command")));
        site.Clock.Advance(TimeSpan.FromHours(1));
        await site.SignedInAsync(person);
        Assert.Equal(0, await site.AskAsync<long>("select count(*) from portal.recovery_code where account_id = @Id", new { person.Id }));
        Assert.Equal(0, await site.AskAsync<long>("select count(*) from portal.factor_reset where account_id = @Id", new { person.Id }));
        // A new factor is not let go by the old permission.
        await site.AddAppAsync(await site.SignedInAsync(person));
        await site.AtSecondStepAsync(person);
    }

    [Fact]
    public async Task The_way_back_is_cancelled_from_any_session_and_ends_by_itself()
    {
        var person = await site.NewPersonAsync();
        var (owner, _) = await site.WithAppAsync(person);
        await ResetAsync(r => r.AllowAsync(person.Id, "command"));
        site.Clock.Advance(TimeSpan.FromMinutes(10));
        await owner.GetAsync("/profile");
        Assert.Contains("Поддержку попросили", owner.Text);
        await owner.GetAsync("/profile/second-step");
        await owner.PressAsync("Cancel");
        await owner.FollowAsync();
        Assert.Contains("Отменено", owner.Text);
        site.Clock.Advance(TimeSpan.FromHours(49));
        await site.AtSecondStepAsync(person);
        Assert.Contains(await site.MessagesToAsync(person.Email), m => m.Text.Contains("вход без второго шага отменён"));

        await ResetAsync(r => r.AllowAsync(person.Id, "command"));
        site.Clock.Advance(TimeSpan.FromHours(48) + TimeSpan.FromDays(7));
        await site.AtSecondStepAsync(person);
    }

    [Fact]
    public async Task There_is_nothing_to_reset_where_there_is_nothing()
    {
        var person = await site.NewPersonAsync();
        Assert.IsType<ResetOutcome.NothingToReset>(await ResetAsync(r => r.AllowAsync(person.Id, "command")));
        Assert.IsType<ResetOutcome.NothingToReset>(await ResetAsync(r => r.AllowAsync(Guid.CreateVersion7(), "command")));
        Assert.IsType<ResetOutcome.Unchanged>(await ResetAsync(r => r.CancelAsync(person.Id, "command")));
    }

    [Fact]
    public async Task Of_thirty_sign_ins_at_once_a_permission_lets_in_one()
    {
        var person = await site.NewPersonAsync();
        await site.WithAppAsync(person);
        await ResetAsync(r => r.AllowAsync(person.Id, "command"));
        site.Clock.Advance(TimeSpan.FromHours(48));
        var done = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            await using var scope = site.Scope();
            return await scope.ServiceProvider.GetRequiredService<Resets>().CarryOutAsync(person.Id, default);
        }));
        Assert.Single(done, d => d);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_changed_password_does_not_make_two_proofs_new()
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        using var browser = await site.AtSecondStepAsync(person);
        await browser.SubmitAsync(("Code", app.NextCode()));
        var at = site.Clock.GetUtcNow();
        site.Clock.Advance(TimeSpan.FromMinutes(20));
        await browser.GetAsync("/profile/password");
        await browser.SubmitAsync(("Old", PortalSite.Password), ("New", "четыре синих чайника"));
        var session = Assert.Single(await site.Get<PortalSessions>().ListAsync(person.Id));
        Assert.Equal(at, session.AuthenticatedAt);
    }

    private async Task MarkAsync(Person person)
    {
        await using var scope = site.Scope();
        Assert.True(await scope.ServiceProvider.GetRequiredService<IAdministrators>().MarkAsync(person.Id, "test"));
    }

    private async Task<ResetOutcome> ResetAsync(Func<ISecondFactorResets, Task<ResetOutcome>> work)
    {
        await using var scope = site.Scope();
        return await work(scope.ServiceProvider.GetRequiredService<ISecondFactorResets>());
    }
}
