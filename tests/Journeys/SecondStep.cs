using System.Buffers.Binary;
using System.Security.Cryptography;
using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.Web.Commands;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>A teacher puts a second step before her account: an app, a passkey, recovery codes. The passkey is Chromium's own virtual authenticator.</summary>
[Collection(Region.Name)]
public sealed class SecondStep(DemoRegionRunning region)
{
    private const string Password = "tri medvedya v lesu";
    private static int _last;

    public static TheoryData<int, string, bool, bool> Looks => new() { { 360, "ru", false, true }, { 360, "ru", true, false }, { 1280, "en", true, true }, { 1280, "ru", false, true } };

    [Theory, MemberData(nameof(Looks))]
    public async Task An_app_is_set_up_asked_for_and_replaced_by_a_recovery_code(int width, string language, bool dark, bool javaScript)
    {
        var (_, login) = await CreateAsync();
        await using var visitor = await region.VisitAsync("second-step-app", new Look(width, language, dark, javaScript));
        await SignInAsync(visitor, login);
        await visitor.FollowAsync("/profile/second-step");
        await visitor.PressAsync("Настроить приложение", "Set up an app");
        var app = new App(await visitor.Page.Locator(".big").TextContentAsync() ?? "");
        await visitor.SubmitAsync(("Code", "12"));
        await visitor.ExpectTextAsync(visitor.Say("Введите 6 цифр из приложения", "Enter the 6 digits from the app"));
        await visitor.SubmitAsync(("Code", app.Code()));
        var codes = await SaveCodesAsync(visitor);
        await visitor.ExpectTextAsync(visitor.Say("при входе будет нужен код из приложения", "signing in now takes a code from the app"));

        await SignOutAsync(visitor);
        await visitor.EnterPortalAsync(login, Password);
        await visitor.ExpectHeadingAsync("Ещё один шаг", "One more step");
        await visitor.SubmitAsync(("Code", codes[0][..4]));
        await visitor.SubmitAsync(("Code", app.Code()));
        await visitor.ExpectHeadingAsync("Вьюгина Зоя Аркадьевна", "Вьюгина Зоя Аркадьевна");

        await visitor.PressAsync("Выйти", "Sign out");
        await visitor.EnterPortalAsync(login, Password);
        await visitor.PressAsync("Нет ни телефона, ни кодов", "I have neither phone nor codes");
        await visitor.PressAsync("Вернуться", "Go back");
        await visitor.PressAsync("Ввести запасной код", "Use a recovery code");
        await visitor.SubmitAsync(("Code", codes[0]));
        await visitor.ExpectHeadingAsync("Вьюгина Зоя Аркадьевна", "Вьюгина Зоя Аркадьевна");
        await visitor.FollowAsync("/profile/second-step");
        await visitor.ExpectTextAsync(visitor.Say("Не использовано: 9 из 10", "Not used: 9 of 10"));
        await visitor.PressAsync("Выключить", "Switch off");
        await visitor.PressAsync("Выключить", "Switch off");
        await visitor.ExpectTextAsync(visitor.Say("Код из приложения выключен", "The code from the app is switched off"));
    }

    [Theory, InlineData(360, "ru", false), InlineData(360, "en", true), InlineData(1280, "ru", true), InlineData(1280, "en", false)]
    public async Task A_passkey_signs_in_without_a_password_and_after_one(int width, string language, bool dark)
    {
        var (id, login) = await CreateAsync();
        await using var visitor = await region.VisitAsync("second-step-passkey", new Look(width, language, dark));
        var key = await VirtualKey.AddAsync(visitor.Page);
        await SignInAsync(visitor, login);
        await visitor.FollowAsync("/profile/second-step");
        await visitor.PressAsync("Создать ключ на этом устройстве", "Make a passkey on this device");
        await visitor.PressAsync("Создать ключ", "Make the passkey");
        await SaveCodesAsync(visitor);
        await visitor.ExpectTextAsync(visitor.Say("Теперь вход — без пароля", "You can sign in without the password now"));

        // The browser offers the key by itself where the login is typed.
        await key.TouchAsync(false);
        await SignOutAsync(visitor);
        await LayFingerAsync(visitor, key);
        await visitor.ExpectAddressAsync(visitor.Service.PortalUrl + "/profile");
        await visitor.ExpectHeadingAsync("Вьюгина Зоя Аркадьевна", "Вьюгина Зоя Аркадьевна");

        await key.TouchAsync(false);
        await visitor.PressAsync("Выйти", "Sign out");
        await visitor.EnterPortalAsync(login, Password);
        await visitor.ExpectHeadingAsync("Ещё один шаг", "One more step");
        await key.TouchAsync(true);
        await visitor.PressAsync("Подтвердить ключом доступа", "Confirm with a passkey");
        await visitor.ExpectHeadingAsync("Вьюгина Зоя Аркадьевна", "Вьюгина Зоя Аркадьевна");

        await AgeAsync(id);
        await visitor.FollowAsync("/profile/second-step");
        await visitor.PressAsync("Создать ещё один ключ", "Make another passkey");
        await visitor.ExpectHeadingAsync("Подтвердите, что это вы", "Confirm that it is you");
        await visitor.PressAsync("Подтвердить ключом доступа", "Confirm with a passkey");
        await visitor.PressAsync("Не создавать", "Do not make one");
        await visitor.ClickAsync(visitor.Page.Locator("main a[href*='rename?key=']"));
        await visitor.Page.Locator("[name=Name]").FillAsync("Зоин телефон");
        await visitor.PressAsync("Сохранить", "Save");
        await visitor.ExpectTextAsync(visitor.Say("Ключ доступа переименован", "The passkey is renamed"));
        await visitor.ExpectTextAsync("Зоин телефон");
        await visitor.ClickAsync(visitor.Page.Locator("main a[href*='remove?key=']"));
        await visitor.PressAsync("Удалить", "Remove");
        await visitor.ExpectTextAsync(visitor.Say("Ключ доступа удалён", "The passkey is removed"));

        // Nobody is let in by a key that the portal has forgotten, though the device still has it.
        await key.TouchAsync(false);
        await SignOutAsync(visitor);
        await LayFingerAsync(visitor, key);
        await visitor.ExpectTextAsync(visitor.Say("Этот ключ доступа не подошёл", "This passkey does not fit"));
        await visitor.PressAsync("Войти ключом доступа", "Sign in with a passkey");
        await visitor.ExpectTextAsync(visitor.Say("Этот ключ доступа не подошёл", "This passkey does not fit"));
    }

    [Theory, InlineData(360, "ru", true), InlineData(1280, "en", false)]
    public async Task An_administrator_on_the_way_to_school_sets_up_a_second_step_and_goes_on(int width, string language, bool dark)
    {
        var (id, login) = await CreateAsync();
        await WithPortalAsync(async services => Assert.True(await services.GetRequiredService<IAdministrators>().MarkAsync(id, "test")));
        await using var visitor = await region.VisitAsync("second-step-administrator", new Look(width, language, dark));
        await VirtualKey.AddAsync(visitor.Page);
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.StartSignInAsync();
        await visitor.EnterPortalAsync(login, Password);
        await visitor.ExpectTextAsync(visitor.Say("Вы администратор", "You are an administrator"));
        await visitor.PressAsync("Создать ключ на этом устройстве", "Make a passkey on this device");
        await visitor.PressAsync("Создать ключ", "Make the passkey");
        await SaveCodesAsync(visitor);
        await visitor.ExpectAddressAsync(visitor.Service.SchoolUrl);
    }

    [Theory, InlineData(360, "ru", false), InlineData(1280, "en", true)]
    public async Task A_permission_to_come_in_without_the_second_step_is_seen_and_cancelled(int width, string language, bool dark)
    {
        var (id, login) = await CreateAsync();
        await using var visitor = await region.VisitAsync("second-step-lost", new Look(width, language, dark));
        await SignInAsync(visitor, login);
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/profile/second-step/app");
        var app = new App(await visitor.Page.Locator(".big").TextContentAsync() ?? "");
        await visitor.SubmitAsync(("Code", app.Code()));
        await WithPortalAsync(async services => Assert.IsType<ResetOutcome.Waiting>(await services.GetRequiredService<ISecondFactorResets>().AllowAsync(id, "test")));
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/profile");
        await visitor.PressAsync("Посмотреть и отменить", "See and cancel");
        await visitor.PressAsync("Отменить", "Cancel it");
        await visitor.ExpectTextAsync(visitor.Say("второй шаг остаётся включён", "the second step stays on"));
    }

    private static async Task SignInAsync(Visitor visitor, string login)
    {
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/login");
        await visitor.EnterPortalAsync(login, Password);
        await visitor.ExpectAddressAsync(visitor.Service.PortalUrl + "/profile");
    }

    // Away from the page first, whose question is still open: two answers of one key at once are what a copied key looks like.
    private static async Task LayFingerAsync(Visitor visitor, VirtualKey key)
    {
        await visitor.Page.GotoAsync("about:blank");
        await key.TouchAsync(true);
        await visitor.Page.GotoAsync(visitor.Service.PortalUrl + "/login");
    }

    private static async Task SignOutAsync(Visitor visitor)
    {
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/profile");
        await visitor.PressAsync("Выйти", "Sign out");
    }

    private static async Task<IReadOnlyList<string>> SaveCodesAsync(Visitor visitor)
    {
        await visitor.PressAsync("Показать коды", "Show the codes");
        var codes = await visitor.Page.Locator(".codes li").AllTextContentsAsync();
        Assert.Equal(10, codes.Distinct().Count());
        await visitor.PressAsync("Коды сохранены", "The codes are saved");
        return codes;
    }

    private async Task<(Guid Id, string Login)> CreateAsync()
    {
        var (id, login) = (Guid.CreateVersion7(), $"second.step{Interlocked.Increment(ref _last)}@example.org");
        await WithPortalAsync(async services => Assert.IsType<CreateAccountOutcome.Created>(await services.GetRequiredService<IAccounts>().CreateAsync(
            new NewAccount(PersonName.TryCreate("Вьюгина", "Зоя", "Аркадьевна")!, Email: Email.TryParse(login), Password: Password, Id: id), "test")));
        return (id, login);
    }

    private async Task WithPortalAsync(Func<IServiceProvider, Task> work)
    {
        await using var portal = CommandServices.Portal(region.Service.Shared);
        await using var scope = portal.CreateAsyncScope();
        await work(scope.ServiceProvider);
    }

    // As if she had signed in six minutes ago.
    private async Task AgeAsync(Guid id)
    {
        await using var connection = await region.Service.Source.OpenConnectionAsync();
        await connection.ExecuteAsync("update portal.session set authenticated_at = authenticated_at - interval '6 minutes' where account_id = @id", new { id });
    }

    /// <summary>Chromium's virtual authenticator (WebAuthn Level 3 §11), which lives in the page's browser.</summary>
    private sealed record VirtualKey(ICDPSession Session, string Id)
    {
        public static async Task<VirtualKey> AddAsync(IPage page)
        {
            var session = await page.Context.NewCDPSessionAsync(page);
            await session.SendAsync("WebAuthn.enable");
            var added = await session.SendAsync("WebAuthn.addVirtualAuthenticator", new()
            {
                ["options"] = new Dictionary<string, object>
                {
                    ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true,
                    ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
                },
            });
            return new VirtualKey(session, added!.Value.GetProperty("authenticatorId").GetString()!);
        }

        /// <summary>Whether a finger lies on it.</summary>
        public Task TouchAsync(bool isTouched) => Session.SendAsync("WebAuthn.setAutomaticPresenceSimulation",
            new() { ["authenticatorId"] = Id, ["enabled"] = isTouched });
    }

    /// <summary>An app with codes, written from RFC 6238 apart from the portal's.</summary>
    private sealed class App(string shown)
    {
        private readonly byte[] _secret = Base32(shown.Replace(" ", ""));
        private long _used;

        /// <summary>A code that was not used yet: this step's, or where that is used the next one's, which holds already.</summary>
        public string Code()
        {
            _used = Math.Max(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30, _used + 1);
            var counter = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(counter, _used);
            var hash = HMACSHA1.HashData(_secret, counter);
            var at = hash[19] & 15;
            var number = (hash[at] & 127) << 24 | hash[at + 1] << 16 | hash[at + 2] << 8 | hash[at + 3];
            return (number % 1_000_000).ToString("D6");
        }

        private static byte[] Base32(string text)
        {
            var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c), 2).PadLeft(5, '0')));
            return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
        }
    }
}
