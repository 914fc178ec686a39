using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Profile;

/// <summary>What the profile's pages share: the account of whoever is signed in. It comes from the session and never from the request.</summary>
internal abstract class ProfilePage(AccountStore accounts) : PageModel
{
    public PortalAccount Account { get; private set; } = null!;
    protected PortalSession Session { get; private set; } = null!;
    protected string Actor => Account.Id.ToString();

    /// <summary>Null when the page may be shown.</summary>
    protected async Task<IActionResult?> EnterAsync(CancellationToken ct)
    {
        Session = await HttpContext.SessionAsync();
        if (await accounts.FindAsync(Session.AccountId, ct) is not { } account) return Redirect("/login");
        Account = account;
        HttpContext.RequestServices.GetRequiredService<BackToService>().Note(HttpContext);
        return null;
    }

    protected IActionResult Saved(ProfileNotice what) => this.SeeOther("/profile?saved=" + what.ToString().ToLowerInvariant());

    protected void Show(IEnumerable<FieldError> errors)
    {
        foreach (var error in errors) ModelState.AddModelError(error.Field, error.Text);
    }
}

/// <summary>What has just been saved; a word of the profile's query.</summary>
internal enum ProfileNotice { None, Name, BirthDate, Phone, Email, Snils, Password }

internal static class ProfileWords
{
    public static string? For(ProfileNotice notice, Language l) => notice switch
    {
        ProfileNotice.Name => l["Имя сохранено.", "Your name is saved."],
        ProfileNotice.BirthDate => l["Дата рождения сохранена.", "Your date of birth is saved."],
        ProfileNotice.Phone => l["Телефон изменён.", "Your phone is changed."],
        ProfileNotice.Email => l["Почта изменена.", "Your e-mail is changed."],
        ProfileNotice.Snils => l["СНИЛС сохранён. Мы проверим его и напишем вам.", "Your SNILS is saved. We will check it and write to you."],
        ProfileNotice.Password => l["Пароль изменён. На других устройствах нужно войти заново.", "Your password is changed. Other devices have to sign in again."],
        _ => null,
    };

    public static string SnilsState(SnilsState state, Language l) => state switch
    {
        Accounts.SnilsState.Confirmed => l["подтверждён", "confirmed"],
        Accounts.SnilsState.Entered => l["введён, ещё не подтверждён", "entered, not confirmed yet"],
        _ => l["не указан", "not given"],
    };

    /// <summary>What the state means for the person.</summary>
    public static string SnilsMeaning(SnilsState state, Language l) => state switch
    {
        Accounts.SnilsState.Confirmed => l["По нему можно входить, и школа узнает по нему своего сотрудника.", "You can sign in with it, and a school recognises its staff by it."],
        Accounts.SnilsState.Entered => l["Мы проверим, что номер ваш, и напишем вам. До этого по нему нельзя войти, и школа не узнает по нему сотрудника.",
            "We will check that the number is yours and write to you. Until then you cannot sign in with it, and a school does not recognise staff by it."],
        _ => l["Нужен тем, кто работает в школе. Родителям и ученикам — по желанию.", "School staff need it. For parents and pupils it is optional."],
    };
}
