using Microsoft.AspNetCore.Http;

namespace Aupd.Demo.Services.Pages;

/// <summary>Says in plain words why a sign-in or sign-out did not go as meant, with one button to go on.</summary>
internal sealed class TroublePage : ServicePage
{
    internal TroubleWord Word { get; private set; }

    public void OnGet(string? why)
    {
        Word = Enum.TryParse<TroubleWord>(why, out var word) && Enum.IsDefined(word) ? word : TroubleWord.BadAnswer;
        Response.StatusCode = Word switch
        {
            TroubleWord.GatewayDown => StatusCodes.Status503ServiceUnavailable,
            TroubleWord.Refused => StatusCodes.Status403Forbidden,
            TroubleWord.Expired or TroubleWord.BadAnswer or TroubleWord.OtherGateway => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status200OK,
        };
    }
}
