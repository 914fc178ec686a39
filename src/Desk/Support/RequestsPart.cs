using Aupd.Kernel.People;

namespace Aupd.Desk.Support;

/// <summary>The desk's part of the copy of a person's data: what they wrote to support while signed in.</summary>
internal sealed class RequestsPart(SupportRequests requests) : IPersonalDataPart
{
    public int Order => 6;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        await copy.ListAsync("обращения_в_поддержку", "support_requests", requests.OfAsync(owner.AccountId, ct), request =>
        {
            copy.Value("номер", "number", request.Line.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
            copy.Value("когда", "at", request.Line.CreatedAt);
            copy.Value("тема", "topic", request.Line.Topic);
            copy.Value("фио", "name", request.Name.Reveal());
            copy.Value("школа", "school", request.Line.School);
            copy.Value("снилс", "snils", request.Snils?.Formatted);
            copy.Value("как_ответить", "contact", request.Contact);
            copy.Value("текст", "text", request.Text);
        }, ct);
    }
}
