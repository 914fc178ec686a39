using Aupd.OpenId.Doors;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Keys;

/// <summary><c>GET /connect/jwks</c>: the public keys, cacheable.</summary>
internal static class JwksEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext http, ISigningKeys keys, CancellationToken ct)
    {
        var published = await keys.PublicAsync(ct);
        http.Response.Headers.CacheControl = $"public, max-age={published.MaxAgeSeconds}";
        http.Response.Headers.ETag = published.ETag;
        // Read by scripts of single-page clients; holds nothing but public keys.
        http.Response.Headers.AccessControlAllowOrigin = "*";
        return http.Request.Headers.IfNoneMatch.Contains(published.ETag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(published.Json, "application/jwk-set+json");
    }
}
