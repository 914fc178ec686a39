using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Protocol;

/// <summary>Puts a site's fragment (see <see cref="IClaimsSource"/>) into a statement of the engine, as a value of its select list.</summary>
internal static class AskSite
{
    /// <summary>The holder, when claims of theirs were asked for in the ID token. Most often none are; then the statement without this is
    /// quicker, since whatever may be read costs when the statement begins.</summary>
    /// <param name="row">One as below, with the column claims.</param>
    /// <param name="now">The moment, as an expression: a parameter.</param>
    public static string ForIdTokenSql(IClaimsSource site, string row, string now) =>
        $"case when {row}.claims -> 'id_token' is not null then {Sql(site.HolderSql, row, now)} end";

    /// <param name="row">Alias of a row with the columns subject, session_id, context and offline, as a grant has them.</param>
    /// <param name="now">The moment, as an expression: a parameter.</param>
    public static string Sql(string fragment, string row, string now) => $"""
        (select ({fragment})
           from (select {row}.subject as subject, case when {row}.offline then null else {row}.session_id end as session_id,
                        {row}.context as context, {now}::timestamptz as at) asked)
        """;
}
