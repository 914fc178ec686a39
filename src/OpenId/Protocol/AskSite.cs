using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Protocol;

/// <summary>Puts a site's fragment (see <see cref="IClaimsSource"/>) into a statement of the engine, as a value of its select list.</summary>
internal static class AskSite
{
    /// <param name="row">Alias of a row with the columns subject, session_id, context and offline, as a grant has them.</param>
    /// <param name="now">The moment, as an expression: a parameter.</param>
    public static string Sql(string fragment, string row, string now) => $"""
        (select ({fragment})
           from (select {row}.subject as subject, case when {row}.offline then null else {row}.session_id end as session_id,
                        {row}.context as context, {now}::timestamptz as at) asked)
        """;
}
