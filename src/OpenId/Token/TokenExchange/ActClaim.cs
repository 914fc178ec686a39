using System.Text.Json;

namespace Aupd.OpenId.Token.TokenExchange;

/// <summary>The act claim (RFC 8693 §4.1): who acts for the person; whoever acted before stands within. Its <c>sub</c> is a client_id.</summary>
internal static class ActClaim
{
    /// <summary>How many services may stand between the client that the person signed in to and the last one called.</summary>
    public const int MaxActors = 4;

    /// <summary>In SQL: is there no room for one more?</summary>
    /// <param name="actor">The claim, of type jsonb.</param>
    public static string IsFullSql(string actor) =>
        $"{actor} #> '{{{string.Join(',', Enumerable.Repeat("act", MaxActors - 1))}}}' is not null";

    /// <summary>In SQL: the claim with one more who acts.</summary>
    public static string WithSql(string actor, string clientId) => $"""
        case when {actor} is null then jsonb_build_object('sub', {clientId}::text)
             else jsonb_build_object('sub', {clientId}::text, 'act', {actor}) end
        """;

    /// <summary>Those who act and acted, the latest first.</summary>
    public static IEnumerable<string?> Of(JsonElement? actor)
    {
        for (var at = actor; at is { ValueKind: JsonValueKind.Object } one; at = one.TryGetProperty("act", out var before) ? before : null)
            yield return one.GetProperty("sub").GetString();
    }
}
