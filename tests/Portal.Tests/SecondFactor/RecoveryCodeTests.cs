using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.SecondFactor;

public sealed class RecoveryCodeTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    [Fact]
    public async Task Ten_codes_are_shown_once_and_lie_hashed()
    {
        var person = await site.NewPersonAsync();
        var (browser, _) = await site.WithAppAsync(person);
        var codes = await browser.MakeCodesAsync();
        Assert.Equal(10, codes.Distinct().Count());
        Assert.All(codes, c => Assert.Matches("^[2-9A-Z]{5}-[2-9A-Z]{5}$", c));
        await browser.GetAsync("/profile/second-step/codes");
        Assert.Empty(browser.Page.QuerySelectorAll(".codes li"));
        Assert.Contains("уже были показаны", browser.Text);
        Assert.DoesNotContain(codes[0], browser.Text);
        Assert.Equal(10, await site.AskAsync<long>("select count(*) from portal.recovery_code where account_id = @Id and length(code_hash) = 32", new { person.Id }));
    }

    [Fact]
    public async Task A_code_signs_in_once_in_any_spelling_and_the_person_is_told()
    {
        var person = await site.NewPersonAsync();
        var (owner, _) = await site.WithAppAsync(person);
        var codes = await owner.MakeCodesAsync();
        using var browser = await site.AtSecondStepAsync(person);
        await browser.GetAsync("/login/second-step?with=recovery");
        await browser.SubmitAsync(("Code", codes[0].ToLowerInvariant().Replace("-", " ")));
        Assert.True(await browser.IsSignedInAsync());
        Assert.Contains(await site.MessagesToAsync(person.Email), m => m.Text.Contains("использован запасной код"));
        using var again = await site.AtSecondStepAsync(person);
        await again.GetAsync("/login/second-step?with=recovery");
        await again.SubmitAsync(("Code", codes[0]));
        Assert.Contains("Этот запасной код не подошёл", again.Text);
        await again.SubmitAsync(("Code", codes[1]));
        Assert.True(await again.IsSignedInAsync());
    }

    [Fact]
    public async Task A_new_set_voids_the_old_one_and_another_persons_codes_are_nothing()
    {
        var person = await site.NewPersonAsync();
        var other = await site.NewPersonAsync();
        var (owner, _) = await site.WithAppAsync(person);
        var (stranger, _) = await site.WithAppAsync(other);
        var old = await owner.MakeCodesAsync();
        var fresh = await owner.MakeCodesAsync();
        var foreign = await stranger.MakeCodesAsync();
        using var browser = await site.AtSecondStepAsync(person);
        foreach (var code in new[] { old[0], foreign[0], "BBBBB-BBBBB" })
        {
            await browser.SubmitAsync(("Code", code));
            Assert.Equal("/login/second-step", browser.Url.AbsolutePath);
        }
        await browser.SubmitAsync(("Code", fresh[9]));
        Assert.True(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task Without_a_second_factor_there_is_nothing_that_codes_could_stand_for()
    {
        var browser = await site.SignedInAsync(await site.NewPersonAsync());
        Assert.Equal("/profile/second-step", (await browser.GetAsync("/profile/second-step/codes")).Location?.AbsolutePath);
    }
}
