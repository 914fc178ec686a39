using System.Net;
using AngleSharp.Html.Dom;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>The same for a third party on a screen without a keyboard (RFC 8628).</summary>
public sealed partial class ConsentTests
{
    [Fact]
    public async Task A_device_of_a_third_party_asks_on_the_same_page_and_dies_with_the_consent()
    {
        using var http = fixture.Browser();
        using var phone = new Browser(fixture.Site.Url);
        var screen = await Screen.AskAsync(http, "club", "openid email offline_access");
        await screen.QuestionAsync(phone, "viewer");
        foreach (var text in new[] { "Клуб Ромашка", "вашу электронную почту", "когда вы не в сервисе" }) Assert.Contains(text, phone.Text);
        await phone.SubmitAsync(("answer", "allow"));
        Assert.Equal(3, await CountAsync("viewer"));
        var tokens = await screen.PollAsync();
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        var second = await Screen.AskAsync(http, "club", "openid");
        await second.LetInAsync(phone, "viewer");
        await Consents.RevokeAsync("viewer", "club", default);
        Assert.Equal("invalid_grant", (await second.PollAsync()).Text("error"));
        Assert.Equal("invalid_grant", (await http.RefreshAsync(tokens.Text("refresh_token")!, "club")).Text("error"));
    }

    [Fact]
    public async Task Refusing_a_device_consents_to_nothing()
    {
        using var http = fixture.Browser();
        using var phone = new Browser(fixture.Site.Url);
        var screen = await Screen.AskAsync(http, "club");
        await screen.QuestionAsync(phone, "cautious");
        await phone.SubmitAsync(("answer", "refuse"));
        Assert.Equal(0, await CountAsync("cautious"));
    }
}
