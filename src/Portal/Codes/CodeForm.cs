using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Aupd.Portal.Codes;

/// <summary>What the form for a code shows; the same for registration, recovery and a change of contact.</summary>
/// <param name="Lead">Where the code went.</param>
/// <param name="ElseUrl">The way back to the phone or e-mail.</param>
/// <param name="IsShownHere">Messages stand on /dev/messages.</param>
internal sealed record CodeForm(string Lead, string ElseUrl, string ElseText, CodeNotice Notice, int WaitSeconds, bool IsShownHere)
{
    public string? Code => null;
}

/// <summary>What has just happened on the code page; a word of its query.</summary>
internal enum CodeNotice { None, Sent, Wait }

/// <summary>What is said of the ends of asking for a code and of typing it.</summary>
internal static class CodeWords
{
    public static void AddTo(ModelStateDictionary state, string field, SpendCodeOutcome outcome, Language l)
    {
        var text = outcome switch
        {
            SpendCodeOutcome.NotSixDigits => l["Введите 6 цифр из сообщения", "Enter the 6 digits from the message"],
            SpendCodeOutcome.Wrong { TriesLeft: 1 } => l["Код не подошёл. Осталась одна попытка", "The code does not match. One try is left"],
            SpendCodeOutcome.Wrong wrong => l[$"Код не подошёл. Проверьте цифры; осталось попыток: {wrong.TriesLeft}", $"The code does not match. Check the digits; {wrong.TriesLeft} tries are left"],
            SpendCodeOutcome.Over => l["Этот код больше не действует. Запросите новый", "This code is no longer valid. Ask for a new one"],
            _ => null,
        };
        if (text is not null) state.AddModelError(field, text);
    }

    /// <summary>Too many codes were asked for; says when to come back, in the page and in Retry-After.</summary>
    public static void AddTo(ModelStateDictionary state, string field, IssueCodeOutcome.TooMany outcome, HttpResponse response, Language l)
    {
        var minutes = Math.Max(1, (int)Math.Ceiling(outcome.RetryAfter.TotalMinutes));
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers.RetryAfter = ((int)Math.Ceiling(outcome.RetryAfter.TotalSeconds)).ToString();
        state.AddModelError(field, l[$"Кодов запрошено слишком много. Попробуйте через {minutes} мин.", $"Too many codes were asked for. Try again in {minutes} min"]);
    }

    public static int SecondsUntil(DateTimeOffset? next, DateTimeOffset now) => next is null ? 0 : Math.Max(0, (int)Math.Ceiling((next.Value - now).TotalSeconds));
}
