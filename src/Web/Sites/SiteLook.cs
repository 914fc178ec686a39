using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Http.Extensions;

namespace Aupd.Web.Sites;

/// <summary>What the layout needs to know of its site.</summary>
public sealed class SiteLook(SiteIdentity site, Theme theme)
{
    public string Version => theme.Version;

    public bool HasLogo => theme.HasLogo;

    public string Name(Language language, RegionSettings region) => site.Name == "portal"
        ? language[region.PortalName, region.PortalNameEnglish]
        : language[region.SchoolName, region.SchoolNameEnglish];

    /// <summary>This page in the other language; its query stays.</summary>
    public string OtherLanguageUrl(HttpContext http)
    {
        var other = http.RequestServices.GetRequiredService<Language>().IsRussian ? "en" : "ru";
        var query = new QueryBuilder(http.Request.Query.Where(q => q.Key != "lang").SelectMany(q => q.Value, (q, v) => KeyValuePair.Create(q.Key, v ?? ""))) { { "lang", other } };
        return http.Request.PathBase + http.Request.Path + query.ToQueryString();
    }
}
