using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.People;

namespace Aupd.Workplace.Teams;

/// <summary>Finds a person's user before one is made: by the server's id of it, by our id of the person, by the Teams name. Stops for a person to decide
/// wherever it might be somebody else's.</summary>
internal static class FindUser
{
    public const string Users = "/Users";

    /// <param name="earlierName">A Teams name of which an administrator has said that it is his; null: none is known.</param>
    /// <param name="name">The name that he would get; null where he is to get none.</param>
    /// <returns>Null where the person has none.</returns>
    /// <exception cref="ScimConflictException">It is not sure that the user is his.</exception>
    public static async Task<(ScimResource User, bool IsAdopted)?> RunAsync(ScimServer server, DueAccount due, DesiredAccount desired, string? earlierName, string? name, CancellationToken ct)
    {
        var mark = EntryTemplate.IdOf(due.ProfileId);
        // Somebody has given the user to another since: then he is not ours any more.
        if (due.RemoteId is { } known && await server.ReadAsync(Users, known, ct) is { } user && user.Text("externalId") == mark) return (user, false);
        if (due.ClaimedId is { } claimed && await server.ReadAsync(Users, claimed, ct) is { } his) return (his, true);
        var marked = await server.FindAsync(Users, ScimNames.Equal("externalId", mark), u => u.Text("externalId") == mark, ct);
        if (marked.Count > 1) throw new ScimConflictException(ConflictReason.Several, marked[0], desired.Login);
        if (marked.Count == 1) return (marked[0], false);
        if (earlierName is not null && await OfNameAsync(server, earlierName, ct) is { } earlier)
            return IsOfAnother(earlier, mark) ? throw new ScimConflictException(ConflictReason.LoginOfAnother, earlier, desired.Login) : (earlier, true);
        if (name is null || await OfNameAsync(server, name, ct) is not { } named) return null;
        if (IsOfAnother(named, mark)) throw new ScimConflictException(ConflictReason.LoginOfAnother, named, desired.Login);
        return NameEvidence.Agrees(desired, named.Text("name.familyName"), named.Text("name.givenName"), named.Text("name.middleName"), named.Text("displayName"))
            ? (named, true) : throw new ScimConflictException(ConflictReason.NameDiffers, named, desired.Login);
    }

    private static bool IsOfAnother(ScimResource user, string mark) => user.Text("externalId") is { } id && id != mark;

    // RFC 7643 §4.1.1: user names are compared without regard to case.
    private static async Task<ScimResource?> OfNameAsync(ScimServer server, string name, CancellationToken ct) =>
        (await server.FindAsync(Users, ScimNames.Equal("userName", name), u => string.Equals(u.Text("userName"), name, StringComparison.OrdinalIgnoreCase), ct)).FirstOrDefault();
}
