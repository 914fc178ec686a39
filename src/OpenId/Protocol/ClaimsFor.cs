using Aupd.OpenId.Authorize;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Protocol;

/// <summary>Which claims of a person a client gets: those of the granted scopes, those it asked for one by one, and of both only what
/// its registration allows.</summary>
internal static class ClaimsFor
{
    /// <summary>At UserInfo. Null when the site refuses.</summary>
    public static Dictionary<string, object>? UserInfo(IClaimsSource site, string holder, ClaimsAsk ask, ClaimsRequest? asked) =>
        Read(site, holder, ask, asked?.UserInfo, byScope: true);

    /// <summary>In the ID token: only what was asked for by name.</summary>
    public static Dictionary<string, object>? IdToken(IClaimsSource site, string holder, ClaimsAsk ask, ClaimsRequest asked) =>
        Read(site, holder, ask, asked.IdToken, byScope: false);

    public static bool MayHave(OpenIdClient client, string claim) => client.Claims?.Contains(claim, StringComparer.Ordinal) ?? true;

    /// <summary>The scope that a claim belongs to; null when the site has no such claim.</summary>
    public static string? ScopeOf(IClaimsSource site, string claim)
    {
        foreach (var (scope, claims) in site.ClaimsOfScopes)
            if (claims.Contains(claim, StringComparer.Ordinal)) return scope;
        return null;
    }

    private static Dictionary<string, object>? Read(IClaimsSource site, string holder, ClaimsAsk ask,
        IReadOnlyDictionary<string, ClaimWish>? wishes, bool byScope)
    {
        var client = ask.Client;
        // A person who was asked for consent was told the scopes: a third party gets single claims out of these alone.
        var more = wishes is null || client.ThirdParty ? []
            : wishes.Keys.Select(name => ScopeOf(site, name)).OfType<string>().Where(client.Scopes.Contains).Except(ask.Scopes).ToArray();
        if (site.ClaimsOf(holder, more.Length == 0 ? ask : ask with { Scopes = [.. ask.Scopes, .. more] }) is not { } all) return null;
        var chosen = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, value) in all)
            if (MayHave(client, name) && (byScope && ByScope(name) || wishes?.GetValueOrDefault(name)?.Accepts(value) == true))
                chosen[name] = value;
        return chosen;

        bool ByScope(string name) => more.Length == 0 || !more.Contains(ScopeOf(site, name));
    }
}
