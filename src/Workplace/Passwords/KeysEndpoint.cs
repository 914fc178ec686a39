using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aupd.Workplace.Passwords;

/// <summary><c>GET /workplace/keys</c>: the key to which the portal encrypts changed passwords, as a JWK set (RFC 7517 §5). 404 where there is no
/// directory: then none are wanted.</summary>
internal static class KeysEndpoint
{
    public static void Map(WebApplication app) => app.MapGet("/workplace/keys", async (HttpContext http, DirectorySettings directory, PasswordKeys keys, CancellationToken ct) =>
    {
        if (!directory.IsConfigured) return Results.NotFound();
        http.Response.Headers.CacheControl = "public, max-age=300";
        return Results.Bytes(Encoding.UTF8.GetBytes($$"""{"keys":[{{(await keys.CurrentAsync(ct)).ToJson()}}]}"""), "application/jwk-set+json");
    });
}
