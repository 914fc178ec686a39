using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Protocol;

/// <summary>What of the scopes that a client asks a person for, or was granted, it may have.</summary>
internal static class AskedScopes
{
    /// <summary>Those it is registered for; offline_access only with refresh tokens, which it is for.</summary>
    public static IReadOnlyList<string> Of(OpenIdClient client, IReadOnlyCollection<string> asked) =>
        [.. client.Scopes.Where(s => asked.Contains(s) && (s != "offline_access" || client.Allows(GrantTypes.RefreshToken)))];

    /// <summary>Of those that were granted, the ones that it is still registered for.</summary>
    public static IReadOnlyList<string> Still(OpenIdClient client, IReadOnlyList<string> granted)
    {
        foreach (var scope in granted)
            if (!client.Scopes.Contains(scope)) return [.. granted.Where(client.Scopes.Contains)];
        return granted;
    }
}
