using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Pages;

namespace Aupd.Web.Sites;

/// <summary>The stylesheet in the region's colours, the script and the logo: made once at start, compressed once, cached by browsers
/// for a year under a name that changes with the content.</summary>
public sealed class Theme
{
    private const string DefaultAccent = "#1a56c4", DefaultAccentDark = "#8ab4ff";
    // The sites of one process wear one look, and the best compression is slow: 15 ms a site at start.
    private static readonly ConcurrentDictionary<string, byte[]> Packed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);

    private sealed record Asset(string Type, byte[] Plain, byte[] Brotli);

    public Theme(RegionSettings region, IWebHostEnvironment environment)
    {
        var css = Read(environment, "aupd.css").Replace(DefaultAccent, region.Accent, StringComparison.Ordinal)
            .Replace(DefaultAccentDark, region.AccentDark, StringComparison.Ordinal);
        Add("/aupd.css", "text/css; charset=utf-8", css);
        Add("/aupd.js", "text/javascript; charset=utf-8", Read(environment, "aupd.js"));
        Add("/qr.js", "text/javascript; charset=utf-8", Read(environment, "qr.js"));
        Add("/badge.js", "text/javascript; charset=utf-8", Read(environment, "badge.js"));
        Add("/badges.css", "text/css; charset=utf-8", Read(environment, "badges.css"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(environment.WebRootPath, "pictures"), "*.svg").Order(StringComparer.Ordinal))
            Add($"/pictures/{Path.GetFileName(file)}", "image/svg+xml", File.ReadAllText(file));
        // One file in the place of the other, not beside it: a page that asks for a passkey loads no more files than any.
        Add("/passkeys.js", "text/javascript; charset=utf-8", Read(environment, "aupd.js") + Read(environment, "passkeys.js"));
        if (region.LogoFile.Length > 0) Add("/logo.svg", "image/svg+xml", File.ReadAllText(region.LogoFile));
        HasLogo = region.LogoFile.Length > 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var asset in _assets.Values) hash.AppendData(asset.Plain);
        Version = Convert.ToHexStringLower(hash.GetHashAndReset())[..10];
    }

    /// <summary>Goes into the addresses of the assets.</summary>
    public string Version { get; }

    public bool HasLogo { get; }

    public void Map(WebApplication app)
    {
        foreach (var path in _assets.Keys) app.MapGet(path, http => SendAsync(http, _assets[path]));
    }

    private static async Task SendAsync(HttpContext http, Asset asset)
    {
        var brotli = http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        http.Response.Headers.Vary = "Accept-Encoding";
        http.Response.ContentType = asset.Type;
        if (brotli) http.Response.Headers.ContentEncoding = "br";
        var body = brotli ? asset.Brotli : asset.Plain;
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private void Add(string path, string type, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        _assets[path] = new Asset(type, plain, Packed.GetOrAdd(text, _ => Pack(plain)));
    }

    private static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) brotli.Write(plain);
        return packed.ToArray();
    }

    private static string Read(IWebHostEnvironment environment, string name) => File.ReadAllText(Path.Combine(environment.WebRootPath, name));
}
