using System.ComponentModel.DataAnnotations;

namespace Aupd.Web.Sites;

/// <summary>Where each site listens and how the world calls it. Section <c>Sites</c>.</summary>
public sealed record SiteSettings
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
    /// <summary>Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas; empty: none.</summary>
    public string TrustedProxies { get; init; } = "";

    public string SchoolBase => (SchoolUrl ?? $"http://localhost:{SchoolPort}").TrimEnd('/');
    public string PortalBase => (PortalUrl ?? $"http://localhost:{PortalPort}").TrimEnd('/');
    public string DemoBase => (DemoUrl ?? $"http://localhost:{DemoPort}").TrimEnd('/');
}

/// <summary>Where the data lies. Section <c>Database</c>.</summary>
public sealed record DatabaseSettings
{
    public const string Section = "Database";

    /// <summary>Connection string of a PostgreSQL 15+ server; empty: the program starts a private one in <see cref="Folder"/>.</summary>
    public string ConnectionString { get; init; } = "";
    /// <summary>Folder of the private cluster and of the master key.</summary>
    [Required] public string Folder { get; init; } = "data";
    /// <summary>Most connections of each of a node's two pools: one for the hot path of tokens and sessions, one for all else.</summary>
    [Range(5, 1000)] public int MaxConnections { get; init; } = 60;
}

/// <summary>The keys that lie outside the database. Section <c>Secrets</c>.</summary>
public sealed record SecretSettings
{
    public const string Section = "Secrets";

    /// <summary>32 bytes in base64; empty: made at first start and kept in Database:Folder/master.key (mode 0600).</summary>
    public string MasterKey { get; init; } = "";
}
