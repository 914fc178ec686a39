using Aupd.Demo.Region;
using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.Web.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>A parent and her portal account: registered page by page, changed, forgotten and recovered.</summary>
[Collection(Region.Name)]
public sealed class PortalAccount(DemoRegionRunning region)
{
    private const string FirstPassword = "tri medvedya v lesu", SecondPassword = "sem kozlyat i volk";

    public static TheoryData<int, string, bool, bool> Looks => new() { { 360, "ru", false, true }, { 360, "ru", true, false }, { 1280, "en", true, true } };

    [Theory, MemberData(nameof(Looks))]
    public async Task A_parent_registers_and_changes_everything(int width, string language, bool dark, bool javaScript)
    {
        var look = new Look(width, language, dark, javaScript);
        var parent = Parent.Next();
        await using var visitor = await region.VisitAsync("portal-account", look);
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/login");
        await visitor.PressAsync("Зарегистрироваться", "Create an account");
        await RegisterAsync(visitor, parent);
        await visitor.ExpectHeadingAsync(parent.FullName, parent.FullName);

        await ChangeContactAsync(visitor, "phone", "Phone", parent.OtherPhone);
        await ChangeContactAsync(visitor, "email", "Email", parent.OtherEmail);
        await ChangeSnilsAsync(visitor, parent);
        await using var elsewhere = await region.VisitAsync("portal-account-elsewhere", look);
        await SignInAsync(elsewhere, parent.OtherEmail, FirstPassword);
        await ChangePasswordAsync(visitor);
        await SignInAsync(elsewhere, parent.OtherEmail, SecondPassword);
        await EndOtherDeviceAsync(visitor, elsewhere);

        await visitor.PressAsync("Вернуться в профиль", "Back to the profile");
        await visitor.PressAsync("Выйти", "Sign out");
        await visitor.EnterPortalAsync(parent.OtherPhone, SecondPassword);
        await visitor.ExpectHeadingAsync(parent.FullName, parent.FullName);
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task A_forgotten_password_is_recovered_and_the_old_one_opens_nothing(int width, string language, bool dark, bool javaScript)
    {
        var look = new Look(width, language, dark, javaScript);
        var parent = Parent.Next();
        await CreateAsync(parent);
        await using var elsewhere = await region.VisitAsync("portal-recovery-elsewhere", look);
        await SignInAsync(elsewhere, parent.Phone, FirstPassword);

        await using var visitor = await region.VisitAsync("portal-recovery", look);
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/login");
        await visitor.PressAsync("Не помню пароль", "I forgot my password");
        await visitor.SubmitAsync(("Identifier", parent.Email));
        await visitor.SubmitAsync(("Code", "12"));
        await visitor.ExpectTextAsync(visitor.Say("Введите 6 цифр из сообщения", "Enter the 6 digits from the message"));
        await visitor.SubmitCodeAsync(parent.Email);
        await visitor.SubmitAsync(("Password", SecondPassword));
        await visitor.ExpectHeadingAsync("Пароль изменён", "Your password is changed");

        await visitor.PressAsync("Войти", "Sign in");
        await visitor.EnterPortalAsync(parent.Phone, FirstPassword);
        await visitor.ExpectTextAsync(visitor.Say("Логин или пароль не подошли", "The login or the password is not right"));
        await visitor.EnterPortalAsync(parent.Phone, SecondPassword);
        await visitor.ExpectHeadingAsync(parent.FullName, parent.FullName);
        await ExpectSignedOutAsync(elsewhere);
    }

    [Fact]
    public async Task Who_comes_from_school_and_registers_on_the_way_is_brought_back()
    {
        await using var visitor = await region.VisitAsync("from-school-through-registration");
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.StartSignInAsync();
        await visitor.PressAsync("Зарегистрироваться", "Create an account");
        await RegisterAsync(visitor, Parent.Next());
        await visitor.ExpectAddressAsync(visitor.Service.SchoolUrl + "/no-account");
        await visitor.ExpectHeadingAsync("Такой учётной записи нет", "There is no such account");
    }

    private static async Task RegisterAsync(Visitor visitor, Parent parent)
    {
        await visitor.SubmitAsync();
        await Assertions.Expect(visitor.Page.Locator(".notice.bad li")).ToHaveCountAsync(4);
        await visitor.SubmitAsync(("Last", parent.LastName), ("First", parent.FirstName), ("Middle", parent.MiddleName), ("BirthDate", "27.03.1988"));
        await visitor.SubmitAsync(("Phone", parent.Phone));
        await visitor.SubmitCodeAsync(parent.Phone);
        await visitor.SubmitAsync(("Email", parent.Email));
        await visitor.SubmitCodeAsync(parent.Email);
        await visitor.PressAsync("Пропустить", "Skip");
        await visitor.SubmitAsync(("Password", "1234567890"));
        await visitor.ExpectTextAsync(visitor.Say("Такой пароль легко угадать", "This password is easy to guess"));
        await visitor.SubmitAsync(("Password", FirstPassword));
    }

    private static async Task ChangeContactAsync(Visitor visitor, string page, string field, string value)
    {
        await visitor.FollowAsync("/profile/" + page);
        await visitor.SubmitAsync((field, value), ("Password", FirstPassword));
        await visitor.SubmitCodeAsync(value);
        await visitor.ExpectTextAsync(value);
    }

    private static async Task ChangeSnilsAsync(Visitor visitor, Parent parent)
    {
        await visitor.FollowAsync("/profile/snils");
        await visitor.SubmitAsync(("Number", parent.MistypedSnils));
        await visitor.ExpectTextAsync(visitor.Say("Контрольное число не сходится", "The check number does not fit"));
        await visitor.SubmitAsync(("Number", parent.Snils));
        await visitor.ExpectTextAsync(visitor.Say("введён, ещё не подтверждён", "entered, not confirmed yet"));
    }

    private static async Task ChangePasswordAsync(Visitor visitor)
    {
        await visitor.FollowAsync("/profile/password");
        await visitor.SubmitAsync(("Old", FirstPassword), ("New", SecondPassword));
        await visitor.ExpectTextAsync(visitor.Say("Пароль изменён", "Your password is changed"));
    }

    private static async Task EndOtherDeviceAsync(Visitor visitor, Visitor elsewhere)
    {
        await visitor.FollowAsync("/profile/sessions");
        await Assertions.Expect(visitor.Page.Locator("main .card")).ToHaveCountAsync(2);
        await visitor.PressAsync("Выйти на всех остальных", "Sign out everywhere else");
        await Assertions.Expect(visitor.Page.Locator("main .card")).ToHaveCountAsync(1);
        await ExpectSignedOutAsync(elsewhere);
    }

    private static async Task SignInAsync(Visitor visitor, string login, string password)
    {
        await visitor.Page.GotoAsync(visitor.Service.PortalUrl + "/login");
        await visitor.Page.Locator("[name=Login]").FillAsync(login);
        await visitor.SubmitAsync(("Password", password));
        await visitor.ExpectAddressAsync(visitor.Service.PortalUrl + "/profile");
    }

    private static async Task ExpectSignedOutAsync(Visitor visitor)
    {
        await visitor.Page.GotoAsync(visitor.Service.PortalUrl + "/profile");
        await visitor.ExpectAddressAsync(visitor.Service.PortalUrl + "/login");
    }

    private async Task CreateAsync(Parent parent)
    {
        await using var portal = CommandServices.Portal(region.Service.Shared);
        await using var scope = portal.CreateAsyncScope();
        var name = PersonName.TryCreate(parent.LastName, parent.FirstName, parent.MiddleName)!;
        Assert.IsType<CreateAccountOutcome.Created>(await scope.ServiceProvider.GetRequiredService<IAccounts>().CreateAsync(
            new NewAccount(name, Phone: Phone.TryParse(parent.Phone), Email: Email.TryParse(parent.Email), Password: FirstPassword), "test"));
    }

    // No school knows her; each journey has one of her own.
    private sealed record Parent(int Number)
    {
        private static int _last;

        public string LastName => "Вьюгина";
        public string FirstName => "Зоя";
        public string MiddleName => "Аркадьевна";
        public string FullName => $"{LastName} {FirstName} {MiddleName}";
        public string Phone => $"+7 900 555-00-{Number:D2}";
        public string OtherPhone => $"+7 900 556-00-{Number:D2}";
        public string Email => $"vyugina{Number}@example.org";
        public string OtherEmail => $"zoya.vyugina{Number}@example.org";
        public string Snils => FictionalNumbers.Spell(FictionalNumbers.DemoSnils(5000 + Number));
        public string MistypedSnils => Snils[..^1] + (char)('0' + (Snils[^1] - '0' + 1) % 10);

        public static Parent Next() => new(Interlocked.Increment(ref _last));
    }
}
