using System.Net;
using System.Text.Json;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Profile;

/// <summary>A copy of all that the portal keeps about a person.</summary>
public sealed class CopyTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    [Fact]
    public async Task The_copy_comes_for_the_password_and_holds_the_account_and_what_was_done()
    {
        var person = await site.NewPersonAsync();
        var other = await site.NewPersonAsync();
        var browser = await site.SignedInAsync(person);
        await browser.GetAsync("/profile/copy");
        await browser.SubmitAsync(("Password", PortalSite.Password));
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Equal("attachment", browser.Answer.Content.Headers.ContentDisposition?.DispositionType);
        var text = await browser.Answer.Content.ReadAsStringAsync();
        using var copy = JsonDocument.Parse(text);
        Assert.Equal(person.Email, copy.RootElement.GetProperty("учётная_запись").GetProperty("почта").GetString());
        Assert.Equal(1, copy.RootElement.GetProperty("входы_сейчас").GetArrayLength());
        Assert.Contains("Получена копия данных", copy.RootElement.GetProperty("журнал_действий").EnumerateArray().Select(l => l.GetProperty("что").GetString()));
        Assert.DoesNotContain("argon2", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(other.Email, text, StringComparison.Ordinal);
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where actor = @Id::text and act = 'portal.data-copied'", person));
    }

    [Theory, InlineData(""), InlineData("не тот пароль")]
    public async Task Without_the_password_there_is_no_copy(string password)
    {
        var person = await site.NewPersonAsync();
        var browser = await site.SignedInAsync(person);
        await browser.GetAsync("/profile/copy");
        await browser.SubmitAsync(("Password", password));
        Assert.Equal("text/html", browser.Answer.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(browser.Page.QuerySelectorAll(".error"));
        Assert.DoesNotContain(person.Email, browser.Text, StringComparison.Ordinal);
    }
}
