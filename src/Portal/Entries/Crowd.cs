using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Aupd.Portal.Entries;

/// <summary>Says that nothing was done because there was too much of something, and when to come back.</summary>
internal static class Crowd
{
    /// <summary>Too many people want the same at this moment: 503 with Retry-After.</summary>
    public static void AddTo(ModelStateDictionary state, HttpResponse response, TimeSpan retryAfter, Language l)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds));
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = seconds.ToString();
        state.AddModelError("", l[$"Сейчас на портале очень много людей. Повторите через {seconds} с", $"The portal is very busy. Try again in {seconds} s"]);
    }

    /// <summary>Too many wrong passwords: 429 with Retry-After.</summary>
    public static void AddWait(ModelStateDictionary state, HttpResponse response, TimeSpan wait, Language l)
    {
        var minutes = Math.Max(1, (int)Math.Ceiling(wait.TotalMinutes));
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
        state.AddModelError("", l[$"Пароль введён неверно слишком много раз. Попробуйте через {minutes} мин.", $"The password was wrong too many times. Try again in {minutes} min"]);
    }
}
