using Aupd.Kernel.Pages;
using Aupd.Portal.Entries;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Aupd.Portal.SecondFactor;

/// <summary>The second step as it is asked for, the same at sign-in and at recovery.</summary>
/// <param name="Passkey">Null where the account has none.</param>
/// <param name="WantsRecovery">A recovery code is asked for instead of the app's.</param>
/// <param name="Url">Of the page itself.</param>
/// <param name="ElseUrl">The way out: back to the beginning.</param>
internal sealed record SecondStepForm(bool HasApp, PasskeyQuestion? Passkey, bool WantsRecovery, int CodesLeft, string Url, string ElseUrl)
{
    public string? Code => null;
    /// <summary>A field for a code is there.</summary>
    public bool TakesCode => HasApp || WantsRecovery;
}

internal static class SecondStepWords
{
    public static void AddTo(ModelStateDictionary state, HttpResponse response, CodeProof proof, bool wantsRecovery, Language l)
    {
        switch (proof)
        {
            case CodeProof.NotACode:
                state.AddModelError("Code", wantsRecovery
                    ? l["В запасном коде 10 букв и цифр, например BC3DF-4GH5K", "A recovery code has 10 letters and digits, like BC3DF-4GH5K"]
                    : l["Введите 6 цифр из приложения", "Enter the 6 digits from the app"]);
                break;
            case CodeProof.Wrong:
                state.AddModelError("Code", wantsRecovery
                    ? l["Этот запасной код не подошёл. Каждый код действует один раз: возьмите следующий из списка", "This recovery code does not fit. Each works once: take the next one on the list"]
                    : l["Код не подошёл. Дождитесь, когда в приложении появится новый, и введите его", "The code does not fit. Wait until the app shows a new one and enter that"]);
                break;
            case CodeProof.MustWait(var time):
                response.StatusCode = StatusCodes.Status429TooManyRequests;
                response.Headers.RetryAfter = ((int)Math.Ceiling(time.TotalSeconds)).ToString();
                state.AddModelError("Code", l[$"Слишком много неверных кодов. Подождите {Long(time, l)}", $"Too many wrong codes. Wait {Long(time, l)}"]);
                break;
        }
    }

    private static string Long(TimeSpan time, Language l) => time.TotalMinutes > 90
        ? l[$"{Math.Ceiling(time.TotalHours):0} ч", $"{Math.Ceiling(time.TotalHours):0} h"]
        : l[$"{Math.Max(1, Math.Ceiling(time.TotalMinutes)):0} мин", $"{Math.Max(1, Math.Ceiling(time.TotalMinutes)):0} min"];
}
