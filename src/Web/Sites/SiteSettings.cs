using System.ComponentModel.DataAnnotations;
using System.Net;
using Aupd.Kernel.Http;
using Aupd.Kernel.Settings;

namespace Aupd.Web.Sites;

/// <summary>Where each site listens and how the world calls it. Section <c>Sites</c>.</summary>
public sealed record SiteSettings : IValidatableObject
{
    public const string Section = "Sites";

    /// <summary>Address to listen on; behind a proxy 127.0.0.1 is right.</summary>
    [Required] public string Listen { get; init; } = "127.0.0.1";
    /// <summary>TCP port of the school gateway.</summary>
    [Range(1, 65535)] public int SchoolPort { get; init; } = 5000;
    /// <summary>TCP port of the city portal.</summary>
    [Range(1, 65535)] public int PortalPort { get; init; } = 5001;
    /// <summary>TCP port of the demo services.</summary>
    [Range(1, 65535)] public int DemoPort { get; init; } = 5002;
    /// <summary>Public base URL of the school gateway, its OpenID Connect issuer; default http://localhost:SchoolPort.</summary>
    public string? SchoolUrl { get; init; }
    /// <summary>Public base URL of the portal, its OpenID Connect issuer; default http://localhost:PortalPort.</summary>
    public string? PortalUrl { get; init; }
    /// <summary>Public base URL of the demo services; default http://localhost:DemoPort.</summary>
    public string? DemoUrl { get; init; }
    /// <summary>Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas; empty: none. Needed where a public URL
    /// is https, which such a proxy answers.</summary>
    public string TrustedProxies { get; init; } = "";

    public string SchoolBase => (SchoolUrl ?? $"http://localhost:{SchoolPort}").TrimEnd('/');
    public string PortalBase => (PortalUrl ?? $"http://localhost:{PortalPort}").TrimEnd('/');
    public string DemoBase => (DemoUrl ?? $"http://localhost:{DemoPort}").TrimEnd('/');

    internal IReadOnlyList<string> Proxies => TrustedProxies.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        foreach (var proxy in Proxies.Where(p => !IPAddress.TryParse(p, out _)))
            yield return new($"{nameof(TrustedProxies)} names \"{proxy}\", but each must be an IP address.");
        foreach (var (name, url) in new[] { (nameof(SchoolUrl), SchoolUrl), (nameof(PortalUrl), PortalUrl), (nameof(DemoUrl), DemoUrl) })
            if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { Query: "", Fragment: "", UserInfo: "" }))
                yield return new($"{name} is \"{url}\", but must be a URL that begins with http:// or https:// and has no query.");
    }

    /// <summary>The program itself speaks http alone. Over https every form rests on a cookie that is set over https alone: without a proxy that is believed
    /// when it says so, no form of the site would work.</summary>
    /// <exception cref="SettingsException">The site has such a URL and no such proxy.</exception>
    internal void CheckProxyOf(SiteIdentity site)
    {
        if (!site.IsHttps || Proxies.Count > 0) return;
        var setting = char.ToUpperInvariant(site.Name[0]) + site.Name[1..] + "Url";
        throw new SettingsException($"Setting {Section}:{nameof(TrustedProxies)} is empty, but must name the proxy that answers {site.PublicUrl} ({Section}:{setting}): "
            + "its IP address, 127.0.0.1 where it runs on this machine; it must send X-Forwarded-Proto and X-Forwarded-For.");
    }
}

/// <summary>Where the data lies. Section <c>Database</c>.</summary>
public sealed record DatabaseSettings
{
    public const string Section = "Database";

    /// <summary>Connection string of a PostgreSQL 15+ server; empty: the program starts a private one in <see cref="Folder"/>.</summary>
    public string ConnectionString { get; init; } = "";
    /// <summary>Folder of the private cluster and of the master key.</summary>
    [Required] public string Folder { get; init; } = "data";
    /// <summary>Most connections of each of a node's two pools: one for the hot path of tokens and sessions, one for all else. A node with all parts
    /// listens with one and delivers facts with eight, whose receivers need one more each.</summary>
    [Range(20, 1000)] public int MaxConnections { get; init; } = 60;
}

/// <summary>The keys that lie outside the database. Section <c>Secrets</c>.</summary>
public sealed record SecretSettings
{
    public const string Section = "Secrets";

    /// <summary>32 bytes in base64; empty: made at first start and kept in Database:Folder/master.key (mode 0600).</summary>
    public string MasterKey { get; init; } = "";
}
