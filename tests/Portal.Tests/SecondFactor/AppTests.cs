using System.Net;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.SecondFactor;

public sealed class AppTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    [Fact, Trait("takes", "long")]
    public async Task With_an_app_the_password_leads_to_the_second_step_and_the_code_signs_in()
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        using var browser = await site.AtSecondStepAsync(person);
        Assert.Null(browser.Cookie("aupd-portal-session"));
        await browser.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal("/profile", browser.Location?.AbsolutePath);
        Assert.True(await browser.IsSignedInAsync());
        Assert.Equal(["pwd", "otp", "mfa"], await site.AskAsync<string[]>(
            "select methods from portal.session where account_id = @Id order by created_at desc, id desc limit 1", new { person.Id }) ?? []);
    }

    [Fact]
    public async Task A_secret_counts_only_after_a_code_of_it_and_lies_sealed()
    {
        var person = await site.NewPersonAsync();
        var browser = await site.SignedInAsync(person);
        await browser.GetAsync("/profile/second-step/app");
        var secret = browser.Page.QuerySelector(".big")!.TextContent;
        await browser.SubmitAsync(("Code", "12"));
        Assert.Contains("Введите 6 цифр", browser.Text);
        Assert.Equal(secret, browser.Page.QuerySelector(".big")!.TextContent);
        await site.SignedInAsync(person);
        var app = new App(Portal.SecondFactor.Totp.FromBase32(secret.Replace(" ", ""))!, site.Clock);
        await browser.SubmitAsync(("Code", app.WrongCode()));
        Assert.Contains("Код не подошёл", browser.Text);
        await site.SignedInAsync(person);
        await browser.SubmitAsync(("Code", app.Code()));
        Assert.Equal("/profile/second-step/codes", browser.Location?.AbsolutePath);
        await site.AtSecondStepAsync(person);
        var kept = await site.AskAsync<byte[]>("select secret_sealed from portal.totp where account_id = @Id", new { person.Id });
        Assert.Equal(-1, kept.AsSpan().IndexOf(app.Secret));
    }

    [Fact]
    public async Task A_code_is_taken_once_also_the_one_that_confirmed_the_app()
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        using var browser = await site.AtSecondStepAsync(person);
        await browser.SubmitAsync(("Code", app.Code()));
        Assert.Contains("Код не подошёл", browser.Text);
        var code = app.NextCode();
        await browser.SubmitAsync(("Code", code));
        Assert.True(await browser.IsSignedInAsync());
        using var other = await site.AtSecondStepAsync(person);
        await other.SubmitAsync(("Code", code));
        Assert.Contains("Код не подошёл", other.Text);
        // Nor is one of an earlier step that was never used: it may have been read over a shoulder.
        await other.SubmitAsync(("Code", app.Code(-1)));
        Assert.Contains("Код не подошёл", other.Text);
    }

    [Fact]
    public async Task Wrong_codes_are_counted_like_passwords_and_the_right_one_does_not_pass_either()
    {
        var person = await site.NewPersonAsync();
        var (owner, app) = await site.WithAppAsync(person);
        using var stranger = await site.AtSecondStepAsync(person);
        for (var i = 0; i < 5; i++)
        {
            await stranger.SubmitAsync(("Code", app.WrongCode()));
            Assert.Equal(HttpStatusCode.OK, stranger.Status);
        }
        await stranger.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal(HttpStatusCode.TooManyRequests, stranger.Status);
        Assert.NotNull(stranger.Answer.Headers.RetryAfter);
        Assert.Null(stranger.Cookie("aupd-portal-session"));
        // The password once more opens no new tries.
        using var again = await site.AtSecondStepAsync(person);
        await again.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal(HttpStatusCode.TooManyRequests, again.Status);
        // The owner is not locked out where he has signed in before.
        await owner.GetAsync("/login?again=true");
        await owner.SubmitAndFollowAsync(("Login", person.Login), ("Password", PortalSite.Password));
        await owner.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal("/profile", owner.Location?.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task Who_guesses_from_many_networks_for_long_is_stopped_for_the_day_and_the_owner_told()
    {
        await using var strict = await RunningStrictAsync();
        var person = await strict.NewPersonAsync();
        var (_, app) = await strict.WithAppAsync(person);
        using var stranger = await strict.AtSecondStepAsync(person);
        for (var i = 0; i < 6; i++) await stranger.SubmitAsync(("Code", app.WrongCode()));
        await stranger.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal(HttpStatusCode.TooManyRequests, stranger.Status);
        Assert.Contains("ч", stranger.Errors().First());
        Assert.Contains(await strict.MessagesToAsync(person.Email), m => m.Text.Contains("знает ваш пароль"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("абвгде")]
    [InlineData("0123456789012345678901234567890123456789012345")]
    public async Task What_cannot_be_a_code_is_said_and_not_counted(string typed)
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        using var browser = await site.AtSecondStepAsync(person);
        for (var i = 0; i < 8; i++)
        {
            await browser.SubmitAsync(("Code", typed));
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.Contains("Введите 6 цифр", browser.Text);
        }
        await browser.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal("/profile", browser.Location?.AbsolutePath);
    }

    private static async Task<StrictSite> RunningStrictAsync()
    {
        var strict = new StrictSite();
        await strict.InitializeAsync();
        return strict;
    }

    private sealed class StrictSite : SelfServiceSite, IAsyncDisposable
    {
        protected override Dictionary<string, string?> Settings => new(base.Settings)
        {
            ["Portal:SecondFactor:WrongPerDay"] = "5", ["Portal:Attempts:PerAccountAndPlace"] = "50",
        };

        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }
}
