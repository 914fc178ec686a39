using System.Text.RegularExpressions;
using Aupd.Demo.Region;
using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.Web.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>A parent has a child's account made, prints the sheet, and the child comes in with it; docs/journeys/family.md tells the same.</summary>
[Collection(Region.Name)]
public sealed partial class Family(DemoRegionRunning region)
{
    private const string Password = "tri medvedya v lesu", Own = "мой кот спит на шкафу";

    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task A_parent_makes_an_account_and_the_child_comes_in_with_the_sheet(int width, string language, bool dark, bool javaScript)
    {
        var look = new Look(width, language, dark, javaScript);
        var parent = await NewParentAsync(NumberOf(look));
        await using var visitor = await region.VisitAsync("family", look);
        await SignInAsync(visitor, parent.Phone);
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
        await visitor.ClickAsync(visitor.Page.Locator("nav.tabs a", new() { HasText = visitor.Say("Семья", "Family") }));
        await visitor.FollowAsync($"/cabinet/family/create?child={parent.Child}");
        await visitor.PressAsync("Завести аккаунт", "Make the account");
        await visitor.ExpectHeadingAsync("Листок для входа", "Sign-in sheet");
        var keys = await visitor.Page.Locator(".sheet .key").AllInnerTextsAsync();
        await PrintAsync(visitor, dark);

        await using var child = await region.VisitAsync("family-child", look);
        await SignInAsync(child, keys[0], keys[1]);
        await child.ExpectHeadingAsync("Придумайте свой пароль", "Choose a password of your own");
        await child.SubmitAsync(("Password", "коротко"));
        await child.SubmitAsync(("Password", Own));
        await child.ExpectHeadingAsync("Активация аккаунта", "Account activation");
        await child.SubmitAsync(("Password", Own));
        await child.ExpectHeadingAsync("Аккаунт активирован", "Account activated");
        Assert.Equal(keys[0], await child.Page.Locator(".big").InnerTextAsync());
        await child.PressAsync("Приступить к работе", "Start working");
        await child.ExpectAddressAsync(child.Service.DemoUrl + "/diary/");

        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet/family");
        await visitor.FollowAsync($"/cabinet/family/child?child={parent.Child}");
        await visitor.ExpectTextAsync(keys[0]);
        await visitor.PressAsync("Выдать новый пароль", "Give a new password");
        await visitor.PressAsync("Выдать новый пароль", "Give a new password");
        await visitor.ExpectHeadingAsync("Листок для входа", "Sign-in sheet");
        var again = await visitor.Page.Locator(".sheet .key").AllInnerTextsAsync();
        await child.OpenAsync(child.Service.SchoolUrl + "/cabinet");
        await child.StartSignInAsync();
        await child.EnterPortalAsync(again[0], again[1]);
        await child.SubmitAsync(("Password", "другой " + Own));
        await child.ExpectAddressAsync(child.Service.DemoUrl + "/diary/");

        await visitor.PressAsync("Готово, убрать листок", "Done, put the sheet away");
        await visitor.ExpectTextAsync(visitor.Say("Листок больше никто не откроет", "Nobody can open the sheet any more"));
    }

    [Theory, MemberData(nameof(Troubles.Looks), MemberType = typeof(Troubles))]
    public async Task A_parent_trusts_a_grandmother_who_opens_the_diary(int width, string language, bool dark)
    {
        var parent = await NewParentAsync(width == 360 ? 10 : 11);
        var phone = $"+7 900 558-10-{width % 100:D2}";
        await NewAccountAsync(new NewAccount(PersonName.TryCreate("Вьюгина", "Зоя", "Аркадьевна")!, Phone: Phone.TryParse(phone), Password: Password));
        await using var visitor = await region.VisitAsync("family-trusted", new Look(width, language, dark));
        await SignInAsync(visitor, parent.Phone);
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet/family");
        await visitor.FollowAsync($"/cabinet/family/trusted?child={parent.Child}");
        await visitor.PressAsync("Доверить", "Trust");
        await visitor.ExpectTextAsync(visitor.Say("Напишите фамилию", "Enter the surname"));
        await visitor.SubmitAsync(("Last", "Вьюгина"), ("First", "Зоя"), ("Middle", "Аркадьевна"), ("Contact", phone));
        await visitor.ExpectTextAsync(visitor.Say("доступ откроется при первом входе", "the access opens at the first sign-in"));

        await using var grandmother = await region.VisitAsync("family-trusted-person", new Look(width, language, dark));
        await SignInAsync(grandmother, phone);
        await grandmother.ExpectAddressAsync(grandmother.Service.DemoUrl + "/diary/");
        await grandmother.ExpectTextAsync(grandmother.Say("доверенный человек", "trusted person"));
        await grandmother.OpenAsync(grandmother.Service.SchoolUrl + "/cabinet");

        await visitor.PressAsync("Отменить доверие: Зоя", "Revoke: Зоя");
        await visitor.ExpectTextAsync(visitor.Say("Доверие отменено", "Revoked"));
        await grandmother.OpenAsync(grandmother.Service.SchoolUrl + "/cabinet");
        await Assertions.Expect(grandmother.Page.Locator("nav.tabs")).ToHaveCountAsync(0);
    }

    [Theory, MemberData(nameof(Troubles.Looks), MemberType = typeof(Troubles))]
    public async Task A_pupil_of_fourteen_reads_what_the_parents_see(int width, string language, bool dark)
    {
        await using var visitor = await region.VisitAsync("family-fourteen", new Look(width, language, dark));
        await visitor.SignInAsync(DemoPeople.Pupil);
        if (await visitor.Page.Locator("input[type=password]").CountAsync() > 0) await visitor.SubmitAsync(("Password", DemoPeople.Password));
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet/family");
        await visitor.ExpectTextAsync(visitor.Say("Что видят родители", "What your parents see"));
    }

    private static async Task SignInAsync(Visitor visitor, string login, string password = Password)
    {
        await visitor.Page.GotoAsync(visitor.Service.SchoolUrl + "/signin/start");
        await visitor.EnterPortalAsync(login, password);
    }

    // One A4 page, black on white, with nothing of the screen around it.
    private static async Task PrintAsync(Visitor visitor, bool dark)
    {
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Light });
        foreach (var hidden in new[] { ".top", ".bottom", "main form", "main button" })
            foreach (var element in await visitor.Page.Locator(hidden).AllAsync()) await Assertions.Expect(element).ToBeHiddenAsync();
        await visitor.LookAsync();
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Screen, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
        var pdf = await visitor.Page.PdfAsync(new() { Format = "A4" });
        Assert.Single(PdfPage().Matches(System.Text.Encoding.Latin1.GetString(pdf)));
    }

    [GeneratedRegex(@"/Type\s*/Page\b")] private static partial Regex PdfPage();

    private sealed record Parent(string Phone, string Child);

    private static int NumberOf(Look look) => EveryLook.Looks.Select((row, n) => (row, n)).Single(l => l.row is [int width, string language, bool dark, bool script]
        && new Look(width, language, dark, script) == look).n;

    // A parent of the generated region, who has just got an account; the child is in the first classes and has neither phone nor e-mail.
    private async Task<Parent> NewParentAsync(int number)
    {
        var activating = Read("organisations.csv").Where(o => o[6] == "yes").Select(o => o[0]).ToHashSet();
        var small = Read("pupils.csv").Where(p => !p[0].StartsWith("demo-", StringComparison.Ordinal) && activating.Contains(p[1]) && string.CompareOrdinal(p[6], "2016") > 0
            && p[8].Length == 0 && p[9].Length == 0).Select(p => p[0]).ToHashSet();
        var record = Read("guardians.csv").Where(g => small.Contains(g[1]) && Phone.TryParse(g[7]) is not null).DistinctBy(g => g[1]).ElementAt(number);
        var name = PersonName.TryCreate(record[2], record[3], record[4].Length > 0 ? record[4] : null)!;
        await NewAccountAsync(new NewAccount(name, Phone: Phone.TryParse(record[7]), Password: Password));
        return new Parent(Phone.TryParse(record[7])!.E164, record[1]);
    }

    private async Task NewAccountAsync(NewAccount account)
    {
        await using var portal = CommandServices.Portal(region.Service.Shared);
        await using var scope = portal.CreateAsyncScope();
        Assert.IsType<CreateAccountOutcome.Created>(await scope.ServiceProvider.GetRequiredService<IAccounts>().CreateAsync(account, "test"));
    }

    private IEnumerable<string[]> Read(string file) => File.ReadLines(Path.Combine(region.RegionFolder, file)).Skip(1).Select(l => l.Split(';'));
}
