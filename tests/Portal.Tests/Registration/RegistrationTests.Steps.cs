using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Registration;

/// <summary>The way through the pages, as far as a test needs it.</summary>
public sealed partial class RegistrationTests
{
    private async Task<Browser> AtPhoneAsync(string start = "/register", string birthDate = "08.03.1985", string last = "Иванова")
    {
        var browser = await site.NewBrowser().GetAsync(start);
        await browser.SubmitAndFollowAsync(("Last", last), ("First", "Мария"), ("Middle", "Петровна"), ("BirthDate", birthDate));
        Assert.Equal("/register/phone", browser.Path());
        return browser;
    }

    private async Task<Browser> AtPhoneCodeAsync(string phone)
    {
        var browser = await AtPhoneAsync();
        await browser.SubmitAndFollowAsync(("Phone", phone));
        Assert.Equal("/register/phone-code", browser.Path());
        return browser;
    }

    private async Task ConfirmAsync(Browser browser, string phone, string email)
    {
        await browser.SubmitAndFollowAsync(("Phone", "8" + phone[2..]));
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(phone)));
        await browser.SubmitAndFollowAsync(("Email", email));
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(email)));
    }

    private async Task<Browser> AtPasswordAsync(string phone, string email, string start = "/register", string? snils = null)
    {
        var browser = await AtPhoneAsync(start);
        await ConfirmAsync(browser, phone, email);
        if (snils is null) await (await browser.PressAsync("Skip")).FollowAsync();
        else await browser.SubmitAndFollowAsync(("Snils", snils));
        Assert.Equal("/register/password", browser.Path());
        return browser;
    }

    private Task<long> AccountsAsync() => site.AskAsync<long>("select count(*) from portal.account where first_name = 'Мария' and login is null");

    private static async Task<HttpResponseMessage> SendAsync(Browser browser, string password)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        return await http.SendAsync(browser.FormRequest(("Password", password)));
    }

    private static string Digitless(string text) => string.Concat(text.Where(c => !char.IsDigit(c)));
}
