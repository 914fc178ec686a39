using System.Net;
using Aupd.SignIn.Qr;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Qr;

/// <summary>Low limits and a named school, so that both sides of them are within reach.</summary>
public sealed class LimitedSite : GatewaySite
{
    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["SignIn:Qr:CodesPerNetwork"] = "6", ["SignIn:Qr:NumbersPerPerson"] = "5", ["SignIn:Qr:NumbersPerNetwork"] = "12", ["Sites:TrustedProxies"] = "127.0.0.1",
        ["Places:Networks:0:Network"] = "10.85.6.0/24", ["Places:Networks:0:Name"] = "Школа № 856", ["Places:Networks:0:NameEnglish"] = "School No. 856",
    };
}

public sealed class GuessingTests(LimitedSite site) : IClassFixture<LimitedSite>
{
    [Theory]
    [InlineData("12345678", "12345678")]
    [InlineData(" 1234 5678 ", "12345678")]
    [InlineData("1234-5678", "12345678")]
    [InlineData("12\u20113456\u201378", "12345678")]
    [InlineData("1234567", null)]
    [InlineData("123456789", null)]
    [InlineData("1234567a", null)]
    [InlineData("١٢٣٤٥٦٧٨", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_number_is_eight_digits_however_spaced(string? typed, string? number) => Assert.Equal(number, ScreenNumber.TryParse(typed)?.Value);

    [Fact]
    public void Three_numbers_to_pick_from_are_told_apart_at_a_glance_and_the_right_one_may_stand_anywhere()
    {
        var places = new HashSet<int>();
        for (var i = 0; i < 200; i++)
        {
            var number = ScreenNumber.New();
            var offered = number.AmongOthers(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)).ToList();
            Assert.Equal(3, offered.Select(o => o.Value[..4]).Distinct().Count());
            Assert.Equal(3, offered.Select(o => o.Value[4..]).Distinct().Count());
            places.Add(offered.IndexOf(number));
        }
        Assert.Equal([0, 1, 2], places.Order());
    }

    [Fact, Trait("takes", "long")]
    public async Task One_person_may_try_so_many_numbers_and_a_right_one_does_not_count_less()
    {
        var phone = At(await site.SignInAsync(await site.ParentAsync(0)), "203.0.113.7");
        var screen = await ScreenAtAsync("203.0.113.8");
        for (var i = 0; i < 5; i++)
        {
            await site.TypeAsync(phone, i == 0 ? screen.Number() : "0000000" + i);
            Assert.NotEqual(HttpStatusCode.TooManyRequests, phone.Status);
        }
        await site.TypeAsync(phone, screen.Number());
        Assert.Equal(HttpStatusCode.TooManyRequests, phone.Status);
        Assert.Contains("Слишком много попыток", phone.Text);
        // Another network does not help the same person; another person is not held back.
        await site.TypeAsync(At(phone, "198.18.9.9"), screen.Number());
        Assert.Equal(HttpStatusCode.TooManyRequests, phone.Status);
        var other = At(await site.SignInAsync(await site.ParentAsync(1)), "203.0.113.9");
        await site.TypeAsync(other, screen.Number());
        Assert.Contains("Войти на другом экране?", other.Text);
        site.Clock.Advance(TimeSpan.FromMinutes(15));
        await site.TypeAsync(phone, screen.Number());
        Assert.Equal(HttpStatusCode.OK, phone.Status);
        Assert.Contains("Такого числа нет", phone.Text);
    }

    [Fact]
    public async Task One_network_may_try_so_many_numbers_signed_in_or_not()
    {
        using var guesser = At(site.NewBrowser(), "192.0.2.1");
        for (var i = 0; i < 12; i++)
        {
            At(guesser, $"192.0.2.{i + 1}");
            await site.TypeAsync(guesser, $"000000{i + 10}");
            Assert.Contains("Такого числа нет", guesser.Text);
        }
        await site.TypeAsync(guesser, "00000000");
        Assert.Equal(HttpStatusCode.TooManyRequests, guesser.Status);
    }

    [Fact]
    public async Task What_is_no_number_is_told_so_and_costs_nothing()
    {
        using var phone = At(site.NewBrowser(), "192.0.3.1");
        for (var i = 0; i < 15; i++)
        {
            await site.TypeAsync(phone, "1234 567");
            Assert.Contains("В числе восемь цифр", phone.Text);
            Assert.Equal("1234 567", phone.Value("Number"));
        }
        foreach (var link in new[] { "x", new string('A', 22), new string('A', 5000), "%00", "..%2f..", "АБВ" })
        {
            await phone.GetAsync(site.Service.SchoolUrl + "/qr/" + link);
            Assert.True((int)phone.Status is >= 400 and < 500, $"{link}: {phone.Status}");
        }
    }

    [Fact]
    public async Task One_network_has_so_many_codes_and_a_reload_costs_none()
    {
        var screens = new List<Browser>();
        for (var i = 0; i < 6; i++) screens.Add(await ScreenAtAsync("198.51.100." + i));
        await screens[0].GetAsync("/qr/screen");
        Assert.Equal(HttpStatusCode.OK, screens[0].Status);
        using var seventh = At(site.NewBrowser(), "198.51.100.77");
        await seventh.GetAsync("/qr/screen");
        Assert.Equal(HttpStatusCode.TooManyRequests, seventh.Status);
        Assert.Contains("Слишком много экранов", seventh.Text);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await seventh.GetAsync("/qr/screen?handler=Part")).Status);
        await ScreenAtAsync("198.51.101.77");
        site.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(HttpStatusCode.OK, (await seventh.GetAsync("/qr/screen")).Status);
    }

    [Fact, Trait("takes", "long")]
    public async Task The_question_warns_of_a_screen_elsewhere_and_of_a_phone_that_asks()
    {
        var phone = At(await site.SignInAsync(await site.ParentAsync(2)), "203.0.114.1");
        var screen = await ScreenAtAsync("10.85.6.1");
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Contains("Экран в другой сети", phone.Text);
        Assert.Contains("Школа № 856", phone.Text);
        Assert.DoesNotContain("Войти просит другой телефон", phone.Text);
        await At(phone, "10.85.6.2").GetAsync(phone.Url.AbsoluteUri);
        Assert.DoesNotContain("Экран в другой сети", phone.Text);
        Assert.Contains("там же, где вы", phone.Text);

        var foreign = await ScreenAtAsync("203.0.115.1", Screens.Android);
        await phone.OpenAsync(await site.LinkAsync(foreign));
        Assert.Contains("Войти просит другой телефон", phone.Text);
        Assert.Contains("сеть 203.0.115.x", phone.Text);
        await phone.GetAsync(phone.Url.AbsoluteUri + "?lang=en");
        Assert.Contains("network 203.0.115.x", phone.Text);
    }

    private Task<Browser> ScreenAtAsync(string address, string userAgent = Screens.Windows) => site.ScreenAsync("/qr/screen", userAgent, address);

    private static Browser At(Browser browser, string address)
    {
        browser.Headers.Remove("X-Forwarded-For");
        browser.Headers.Add("X-Forwarded-For", address);
        return browser;
    }
}
