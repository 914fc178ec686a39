using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Protocol;

/// <summary>A form of one of our own pages.</summary>
internal static class OwnForm
{
    /// <summary>The fields of these names, read as the antiforgery check needs it; null when the form is not ours or cannot be read.</summary>
    public static async Task<RequestParameters?> ReadAsync(HttpContext http, IAntiforgery antiforgery, params string[] names)
    {
        if (!http.Request.HasFormContentType) return null;
        try
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            return await antiforgery.IsRequestValidAsync(http) ? RequestParameters.Of(names.ToDictionary(n => n, n => form[n].ToString())) : null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException) { return null; }
    }
}
