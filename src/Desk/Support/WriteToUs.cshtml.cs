using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aupd.Desk.Doors;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Kernel.Throttling;
using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Desk.Support;

/// <summary>"Написать нам": open to anyone; whoever is signed in finds his own data filled in.</summary>
internal sealed class WriteToUsModel(
    SupportRequests requests, IVisitors visitors, IOrganisations organisations, Throttle throttle, DeskSettings settings, Language language) : PageModel
{
    internal const int LongestText = 4000, LongestLine = 200;

    [BindProperty] public string? LastName { get; set; }
    [BindProperty] public string? FirstName { get; set; }
    [BindProperty] public string? MiddleName { get; set; }
    [BindProperty] public string? School { get; set; }
    [BindProperty] public string? SnilsText { get; set; }
    [BindProperty] public string? Contact { get; set; }
    [BindProperty(SupportsGet = true)] public string? Topic { get; set; }
    [BindProperty] public string? Text { get; set; }
    [BindProperty] public string? FormKey { get; set; }
    public IReadOnlyList<string> Schools { get; private set; } = [];
    public string? Trace { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        FormKey = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        await ReadSchoolsAsync(ct);
        if (await visitors.CurrentAsync(HttpContext, ct) is not { } visitor) return;
        (LastName, FirstName, MiddleName) = (visitor.Name.Last, visitor.Name.First, visitor.Name.Middle);
        School = visitor.School;
        SnilsText = visitor.Snils?.Formatted;
        Contact = visitor.Phone?.Formatted ?? visitor.Email?.Address;
        Trace = visitor.Trace.Formatted;
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var visitor = await visitors.CurrentAsync(HttpContext, ct);
        Trace = visitor?.Trace.Formatted;
        var name = Check();
        if (ModelState.IsValid && !await MayWriteAsync(visitor, ct))
            ModelState.AddModelError("", language["От вас пришло уже много обращений. Подождите час или позвоните нам.", "Many requests have come from you already. Wait an hour or call us."]);
        if (!ModelState.IsValid)
        {
            await ReadSchoolsAsync(ct);
            return Page();
        }
        var number = await requests.AddAsync(new NewSupportRequest(Topic!, name!, School!.Trim(), Snils.TryParse(SnilsText), Contact!.Trim(), Text!.Trim(),
            visitor?.Trace, visitor?.AccountId, SHA256.HashData(Encoding.UTF8.GetBytes(FormKey!))), ct);
        return Redirect($"/write-to-us/sent?number={number}");
    }

    private PersonName? Check()
    {
        Line(LastName, nameof(LastName), language["Укажите фамилию.", "Enter the surname."]);
        Line(FirstName, nameof(FirstName), language["Укажите имя.", "Enter the first name."]);
        Line(MiddleName, nameof(MiddleName), null);
        Line(School, nameof(School), language["Укажите школу.", "Enter the school."]);
        Line(Contact, nameof(Contact), language["Укажите телефон или почту, чтобы мы могли ответить.", "Enter a phone or an e-mail so that we can answer."]);
        CheckSnils();
        if (!SupportTopic.All.Contains(Topic)) Error(nameof(Topic), language["Выберите тему.", "Choose a topic."]);
        Readable(Text, nameof(Text), language["Напишите, что случилось.", "Write what happened."], LongestText);
        if (FormKey is not { Length: > 0 and <= 100 }) Error("", language["Форма устарела. Откройте её ещё раз.", "The form is out of date. Please open it again."]);
        var name = PersonName.TryCreate(LastName, FirstName, MiddleName);
        if (name is null && ModelState.IsValid) Error(nameof(LastName), language["Проверьте фамилию и имя.", "Check the surname and first name."]);
        return name;
    }

    private void CheckSnils()
    {
        switch (Snils.Read(SnilsText))
        {
            case SnilsReading.WrongLength wrong:
                Error(nameof(SnilsText), language[$"В СНИЛС 11 цифр, а здесь {wrong.Found}.", $"A SNILS has 11 digits, this one has {wrong.Found}."]);
                break;
            case SnilsReading.WrongChecksum:
                Error(nameof(SnilsText), language["В СНИЛС опечатка: такого номера не бывает.", "There is a typing mistake in the SNILS: no such number exists."]);
                break;
            case SnilsReading.Absent when !string.IsNullOrWhiteSpace(SnilsText):
                Error(nameof(SnilsText), language["СНИЛС — это 11 цифр. Если его нет под рукой, оставьте поле пустым.", "A SNILS is 11 digits. If you do not have it at hand, leave this empty."]);
                break;
        }
    }

    /// <param name="missing">What to say when it is empty; null: it may be.</param>
    private void Line(string? value, string field, string? missing) => Readable(value, field, missing, LongestLine);

    private void Readable(string? value, string field, string? missing, int longest)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            if (missing is not null) Error(field, missing);
        }
        else if (value.Length > longest) Error(field, language[$"Слишком длинно: не больше {longest} знаков.", $"Too long: at most {longest} characters."]);
        else if (value.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t')))
            Error(field, language["Есть знаки, которые нельзя прочитать. Наберите заново.", "Some characters cannot be read. Please type it again."]);
    }

    private void Error(string field, string text) => ModelState.AddModelError(field, text);

    // The address is counted for those who are not signed in; a school of a thousand sits behind one.
    private async Task<bool> MayWriteAsync(VisitorDetails? visitor, CancellationToken ct)
    {
        var (rule, key) = visitor is null
            ? (new ThrottleRule("desk.request-address", settings.RequestsPerAddressPerHour, TimeSpan.FromHours(1)), HttpContext.Connection.RemoteIpAddress?.ToString() ?? "")
            : (new ThrottleRule("desk.request-person", settings.RequestsPerPersonPerHour, TimeSpan.FromHours(1)), visitor.AccountId.ToString());
        return (await throttle.HitAsync(rule, key, ct)).Allowed;
    }

    private async Task ReadSchoolsAsync(CancellationToken ct) =>
        Schools = (await organisations.AllAsync(ct)).Select(o => o.ShortName).Distinct(StringComparer.Ordinal).Order(StringComparer.CurrentCulture).ToList();
}
