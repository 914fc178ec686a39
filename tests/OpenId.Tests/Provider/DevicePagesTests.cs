using System.Net;
using Aupd.OpenId.Device;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>The person's side of the device flow: the code is typed, the question is put, the answer counts once.</summary>
public sealed class DevicePagesTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private Browser Phone() => new(fixture.Site.Url);

    [Theory]
    [InlineData("BCDF-GHJK"), InlineData("bcdfghjk"), InlineData(" bcdf ghjk "), InlineData("BCDF—GHJK"), InlineData("B.C.D.F-G-H-J-K")]
    [InlineData("ВCDF-GНJК")] // Cyrillic В, Н, К.
    public void A_user_code_is_read_in_any_spelling(string typed) => Assert.Equal("BCDFGHJK", UserCode.TryParse(typed)?.Value);

    [Theory]
    [InlineData(null), InlineData(""), InlineData("BCDFGHJ"), InlineData("BCDFGHJKL"), InlineData("ACDFGHJK"), InlineData("BCDF0HJK"), InlineData("BCDF-GHJ\0")]
    [InlineData("BCDF%GHJK")]
    public void Anything_else_is_no_user_code(string? typed) => Assert.Null(UserCode.TryParse(typed));

    [Fact]
    public void User_codes_are_of_the_twenty_letters_and_do_not_repeat()
    {
        var codes = Enumerable.Range(0, 2000).Select(_ => UserCode.New().Value).ToList();
        Assert.Equal(codes.Count, codes.Distinct().Count());
        Assert.Equal("BCDFGHJKLMNPQRSTVWXZ", string.Concat(codes.SelectMany(c => c).Distinct().Order()));
    }

    [Fact]
    public async Task The_link_with_the_code_still_shows_the_code_and_asks()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await phone.GetAsync("/login?user=anna&back=/");
        await phone.GetAsync(new Uri(screen.Answer.Text("verification_uri_complete")!).PathAndQuery);
        await phone.FollowAsync();
        await phone.GetAsync(System.Web.HttpUtility.ParseQueryString(phone.Url.Query)["back"]!);
        Assert.Equal(HttpStatusCode.OK, phone.Status);
        Assert.Contains(screen.UserCode, phone.Text);
        Assert.Contains("Сервис tv", phone.Text);
        Assert.Contains("та же сеть", phone.Text);
        Assert.Equal("authorization_pending", (await screen.PollAsync()).Text("error"));
        Assert.Contains("no-store", string.Join(',', phone.Answer.Headers.GetValues("Cache-Control")));
    }

    [Fact]
    public async Task A_sign_in_that_leaves_nothing_lets_in_no_other_device()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await phone.GetAsync("/login?user=for-a-while&back=/");
        foreach (var (cookie, session) in fixture.People.Sessions.Where(s => s.Value.Subject == "for-a-while"))
            fixture.People.Sessions[cookie] = session with { LeavesNothing = true };
        await phone.GetAsync("/device?user_code=" + screen.UserCode);
        await phone.FollowAsync();
        if (phone.Url.AbsolutePath == "/choose") await phone.GetAsync(System.Web.HttpUtility.ParseQueryString(phone.Url.Query)["back"]!);
        Assert.Equal(HttpStatusCode.Forbidden, phone.Status);
        Assert.Contains("Отсюда впустить нельзя", phone.Text);
        Assert.Equal("authorization_pending", (await screen.PollAsync()).Text("error"));
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_signs_in_first_and_whoever_has_several_roles_chooses()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await phone.GetAsync("/device?user_code=" + screen.UserCode.ToLowerInvariant());
        await phone.GetAsync(phone.Location!.AbsoluteUri);
        Assert.Equal("/login-page", phone.Location!.AbsolutePath);
        var back = System.Web.HttpUtility.ParseQueryString(phone.Location.Query)["back"]!;
        await phone.GetAsync($"/login?user=anna&back={Uri.EscapeDataString(back)}");
        await phone.GetAsync(phone.Location!.AbsoluteUri);
        Assert.Equal("/choose", phone.Location!.AbsolutePath);
        await phone.GetAsync(back);
        Assert.Equal(HttpStatusCode.OK, phone.Status);
        Assert.Contains(screen.UserCode, phone.Text);
    }

    [Fact]
    public async Task After_the_answer_there_is_an_end_and_going_back_leads_to_it_again()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.QuestionAsync(phone, "anna");
        var question = phone.Url.AbsoluteUri;
        await phone.SubmitAsync(("answer", "allow"));
        await phone.FollowAsync();
        Assert.Contains("Готово", phone.Text);
        await phone.GetAsync(question);
        Assert.Equal("/device/done", phone.Location?.AbsolutePath);
        await phone.GetAsync("/device?user_code=" + screen.UserCode);
        Assert.Contains("Такого кода нет", phone.Text);
    }

    [Fact]
    public async Task Not_me_lets_nobody_in()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.QuestionAsync(phone, "anna");
        await phone.SubmitAsync(("answer", "refuse"));
        await phone.FollowAsync();
        Assert.Contains("Под вашим именем никто не вошёл", phone.Text);
        Assert.Equal("access_denied", (await screen.PollAsync()).Text("error"));
        await using var command = fixture.Site.Shared.Source.CreateCommand(
            "select count(*) from kernel.audit where act = 'openid.device-refused' and actor = 'anna' and subject = 'tv'");
        Assert.True((long)(await command.ExecuteScalarAsync())! >= 1);
    }

    // AK CVE-2026-49448: an empty POST skipped a stage.
    [Theory]
    [InlineData(""), InlineData("yes"), InlineData("ALLOW")]
    public async Task A_form_without_an_answer_puts_the_question_again(string answer)
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.QuestionAsync(phone, "anna");
        await phone.SubmitAsync(("answer", answer));
        Assert.Equal(HttpStatusCode.OK, phone.Status);
        Assert.Contains(screen.UserCode, phone.Text);
        Assert.Equal("authorization_pending", (await screen.PollAsync()).Text("error"));
    }

    [Fact]
    public async Task A_forged_form_does_nothing()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.QuestionAsync(phone, "anna");
        var fields = phone.Page.Forms.Single(f => f.Method == "post").Elements.OfType<AngleSharp.Html.Dom.IHtmlInputElement>()
            .Where(i => i.Name != "form_token" && !i.Name!.StartsWith("__")).ToDictionary(i => i.Name!, i => i.Value);
        fields["answer"] = "allow";
        await phone.SendAsync(new HttpRequestMessage(HttpMethod.Post, fixture.Site.Url + "/device/confirm") { Content = new FormUrlEncodedContent(fields) });
        Assert.Equal(HttpStatusCode.BadRequest, phone.Status);
        Assert.Equal("authorization_pending", (await screen.PollAsync()).Text("error"));
    }

    // A shared computer: the page of the one is sent when the other has signed in.
    [Fact]
    public async Task An_answer_given_in_another_session_than_the_question_is_asked_again()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.QuestionAsync(phone, "anna");
        var page = phone.Page;
        await phone.GetAsync("/login?user=boris&back=/");
        var fields = page.Forms.Single(f => f.Method == "post").Elements.OfType<AngleSharp.Html.Dom.IHtmlInputElement>().ToDictionary(i => i.Name!, i => i.Value);
        fields["answer"] = "allow";
        await phone.SendAsync(new HttpRequestMessage(HttpMethod.Post, fixture.Site.Url + "/device/confirm") { Content = new FormUrlEncodedContent(fields) });
        Assert.Equal(HttpStatusCode.OK, phone.Status);
        Assert.Contains(screen.UserCode, phone.Text);
        Assert.Equal("authorization_pending", (await screen.PollAsync()).Text("error"));
    }

    [Fact]
    public async Task Of_two_people_with_one_code_the_first_answer_counts()
    {
        using var http = fixture.Browser();
        using var one = Phone();
        using var other = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.QuestionAsync(one, "anna");
        await screen.QuestionAsync(other, "boris");
        await one.SubmitAsync(("answer", "allow"));
        await other.SubmitAsync(("answer", "refuse"));
        Assert.Equal(HttpStatusCode.Gone, other.Status);
        Assert.Equal("anna", TestBrowser.Claims((await screen.PollAsync()).Text("id_token")).GetProperty("sub").GetString());
    }

    [Fact]
    public async Task A_person_whom_the_site_refuses_is_told_so()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await phone.GetAsync("/login?user=refused&back=/");
        await phone.GetAsync("/device?user_code=" + screen.UserCode);
        await phone.FollowAsync();
        await phone.GetAsync(System.Web.HttpUtility.ParseQueryString(phone.Url.Query)["back"]!);
        Assert.Equal(HttpStatusCode.Forbidden, phone.Status);
        Assert.Equal("authorization_pending", (await screen.PollAsync()).Text("error"));
    }

    [Theory]
    [InlineData("/device?user_code=BCDF-GHJK"), InlineData("/device?user_code=%00"), InlineData("/device?user_code=%FF"), InlineData("/device?user_code=hello")]
    [InlineData("/device?user_code=a&user_code=b"), InlineData("/device/confirm"), InlineData("/device/confirm?request=x"), InlineData("/device/confirm?request=%00")]
    public async Task A_wrong_address_gets_a_page_and_never_a_fault(string address)
    {
        using var phone = Phone();
        await phone.GetAsync(address);
        Assert.InRange((int)phone.Status, 200, 499);
        Assert.NotEmpty(phone.Page.QuerySelectorAll("h1"));
    }

    [Fact]
    public async Task Guesses_are_limited_for_each_session_and_for_each_network()
    {
        var people = new TestPeople();
        await using var site = await TestSite.StartAsync(people, fixture.Clock, settings: new Dictionary<string, string?>
            { ["OpenId:UserCodesPerSession"] = "3", ["OpenId:UserCodesPerNetwork"] = "10" });
        using var signedIn = new Browser(site.Url);
        await signedIn.GetAsync("/login?user=anna&back=/");
        var statuses = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StatusAsync(site, signedIn)));
        Assert.Equal((3, 3), (statuses.Count(s => s == HttpStatusCode.OK), statuses.Count(s => s == HttpStatusCode.TooManyRequests)));
        using var anyone = new Browser(site.Url);
        for (var i = 0; i < 4; i++) Assert.Equal(HttpStatusCode.OK, (await anyone.GetAsync("/device?user_code=" + UserCode.New().Shown)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await anyone.GetAsync("/device?user_code=" + UserCode.New().Shown)).Status);
        fixture.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(HttpStatusCode.OK, (await anyone.GetAsync("/device?user_code=" + UserCode.New().Shown)).Status);
    }

    private static async Task<HttpStatusCode> StatusAsync(TestSite site, Browser like)
    {
        using var browser = new Browser(site.Url);
        foreach (Cookie cookie in like.Cookies.GetAllCookies()) browser.Cookies.Add(new Uri(site.Url), new Cookie(cookie.Name, cookie.Value));
        return (await browser.GetAsync("/device?user_code=" + UserCode.New().Shown)).Status;
    }

    [Fact]
    public async Task The_database_holds_neither_of_the_codes()
    {
        using var http = fixture.Browser();
        var screen = await Screen.AskAsync(http);
        await using var command = fixture.Site.Shared.Source.CreateCommand("select coalesce(string_agg(d::text, ' '), '') from openid.device_authorization d");
        var rows = (string)(await command.ExecuteScalarAsync())!;
        foreach (var secret in new[] { screen.DeviceCode, screen.UserCode, UserCode.TryParse(screen.UserCode)!.Value }) Assert.DoesNotContain(secret, rows);
    }
}
