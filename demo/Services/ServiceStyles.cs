using System.Security.Cryptography;
using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aupd.Demo.Services;

/// <summary>The services' small stylesheet beside the common one: an accent of its own for each.</summary>
internal sealed class ServiceStyles(IWebHostEnvironment environment, RegionSettings region)
{
    public const string Path = "/services.css";

    public byte[] Css { get; } = Read();

    /// <summary>Changes with either stylesheet, so that both can be cached for a year.</summary>
    public string Version { get; } = Fingerprint(environment, region);

    private static byte[] Read()
    {
        using var stream = typeof(ServiceStyles).Assembly.GetManifestResourceStream("services.css")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static string Fingerprint(IWebHostEnvironment environment, RegionSettings region)
    {
        var common = environment.WebRootFileProvider.GetFileInfo("aupd.css");
        var text = $"{Convert.ToHexString(SHA256.HashData(Read()))} {common.Length} {common.LastModified.UtcTicks} {region.Accent} {region.AccentDark}";
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(text)))[..10];
    }
}

internal static class ServiceStylesEndpoint
{
    public static void MapServiceStyles(this WebApplication app) =>
        app.MapGet(ServiceStyles.Path, (HttpContext http, ServiceStyles styles) =>
    {
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(styles.Css, "text/css; charset=utf-8");
    });
}
