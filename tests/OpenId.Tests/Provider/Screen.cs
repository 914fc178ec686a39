using System.Net;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>A screen without a keyboard that has asked for a code, and a person with a phone who lets it in.</summary>
internal sealed record Screen(TestBrowser Http, string ClientId, string DeviceCode, string UserCode, Seen Answer)
{
    public static async Task<Screen> AskAsync(TestBrowser http, string client = "tv", string scope = "openid profile")
    {
        var answer = await http.PostAsync("/connect/device_authorization", Form(client, ("scope", scope)));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return new Screen(http, client, answer.Text("device_code")!, answer.Text("user_code")!, answer);
    }

    /// <summary>A form of the client's, with its secret if it has one; a null takes a field away.</summary>
    public static Dictionary<string, string> Form(string client, params (string Name, string? Value)[] fields)
    {
        var form = new Dictionary<string, string> { ["client_id"] = client };
        if (client != "tv") form["client_secret"] = TestBrowser.Secret;
        foreach (var (name, value) in fields)
            if (value is null) form.Remove(name);
            else form[name] = value;
        return form;
    }

    public Task<Seen> PollAsync(string? client = null) => Http.TokenAsync(Form(client ?? ClientId,
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", DeviceCode)));

    /// <summary>The person goes as far as the question.</summary>
    public async Task<Browser> QuestionAsync(Browser phone, string user)
    {
        await phone.GetAsync($"/login?user={user}&back=/");
        await phone.GetAsync("/device?user_code=" + UserCode);
        await phone.FollowAsync();
        if (phone.Url.AbsolutePath == "/choose") await phone.GetAsync(System.Web.HttpUtility.ParseQueryString(phone.Url.Query)["back"]!);
        Assert.Equal("/device/confirm", phone.Url.AbsolutePath);
        return phone;
    }

    public async Task<Browser> LetInAsync(Browser phone, string user)
    {
        await QuestionAsync(phone, user);
        await phone.SubmitAsync(("answer", "allow"));
        Assert.Equal("/device/done", phone.Location?.AbsolutePath);
        return phone;
    }
}
