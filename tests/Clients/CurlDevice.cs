using System.Text.Json;
using Aupd.TestKit;

namespace Aupd.Clients;

/// <summary>docs/integrate/device/sign-in.sh: a screen without a keyboard, with curl alone.</summary>
[Collection(Region.Name)]
public sealed class CurlDevice(RegionRunning region)
{
    [Fact]
    public async Task A_screen_is_let_in_from_a_phone()
    {
        await using var screen = await StartAsync();
        using var phone = new Browser(region.Issuer);
        await ConfirmedAsync(phone, screen, "allow");
        Assert.Contains("Готово", phone.Text);
        Assert.Equal(0, await screen.ExitAsync());
        foreach (var line in new[] { "Signed in", "Still" })
        {
            var person = JsonDocument.Parse(await screen.UntilItSaysAsync(line + ": (.*)")).RootElement;
            Assert.Equal(RegionRunning.Parent.Account.LastName, person.GetProperty("family_name").GetString());
            Assert.Equal("guardian", person.GetProperty("active_role").GetProperty("role").GetString());
        }
    }

    [Fact]
    public async Task A_screen_that_a_person_does_not_know_is_told_no()
    {
        await using var screen = await StartAsync();
        using var phone = new Browser(region.Issuer);
        await ConfirmedAsync(phone, screen, "refuse");
        Assert.Equal(1, await screen.ExitAsync());
        Assert.Contains("The person said no.", screen.Output);
        Assert.DoesNotContain("Signed in", screen.Output);
    }

    [Fact]
    public async Task A_screen_that_is_not_registered_says_so()
    {
        await using var screen = new OtherProgram("bash", [Example.File("device/sign-in.sh"), region.Issuer, "nobody"]);
        Assert.Equal(1, await screen.ExitAsync());
        Assert.Contains("invalid_client", screen.Output);
    }

    private async Task<OtherProgram> StartAsync()
    {
        var client = await region.RegisterAsync("device/client.json");
        return new OtherProgram("bash", [Example.File("device/sign-in.sh"), region.Issuer, client.ClientId]);
    }

    private static async Task ConfirmedAsync(Browser phone, OtherProgram screen, string answer)
    {
        await RegionRunning.SignInAsync(phone, await screen.UntilItSaysAsync("or open (\\S+)"), RegionRunning.Parent);
        await phone.FollowAsync();
        Assert.Contains(await screen.UntilItSaysAsync("and type (\\S+)"), phone.Text);
        await phone.SubmitAsync(("answer", answer));
        await phone.FollowAsync();
    }
}
