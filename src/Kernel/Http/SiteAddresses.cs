namespace Aupd.Kernel.Http;

/// <summary>Public base URLs of the sites, without a slash at the end: how browsers and the sites themselves call one another.</summary>
public sealed record SiteAddresses(string School, string Portal, string Demo);

/// <summary>Which site an application is; each is a web application of its own, with its own services, in one process or in many.</summary>
/// <param name="Name"><c>school</c>, <c>portal</c> or <c>demo</c>.</param>
/// <param name="PublicUrl">Base URL, without a slash at the end.</param>
public sealed record SiteIdentity(string Name, string PublicUrl)
{
    public bool IsHttps => PublicUrl.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Cookie names carry the site, since browsers share cookies between the ports of one host. Over https the
    /// <c>__Host-</c> prefix keeps subdomains from planting one.</summary>
    public string CookieName(string purpose) => IsHttps ? $"__Host-aupd-{Name}-{purpose}" : $"aupd-{Name}-{purpose}";
}
