namespace Aupd.Demo.Region;

/// <summary>A named person of the demo region: who they are, how to sign in as them, and what that shows.</summary>
/// <param name="Key">Short name for tests and tables: <c>teacher</c>.</param>
/// <param name="SignInWith">What to type in the portal's first field.</param>
/// <param name="Lands">Where the first sign-in ends: <c>journal</c>, <c>diary</c>, <c>choose</c> or <c>no-account</c>.</param>
/// <param name="Activates">The activation page comes first.</param>
/// <param name="Verdicts">What the bulk match must say of the account, in its order.</param>
public sealed record DemoPerson(
    string Key, string Who, string WhoEnglish, string SignInWith, string Password, string Shows, string ShowsEnglish, string Lands,
    bool Activates, DemoAccount Account, IReadOnlyList<DemoVerdict> Verdicts);

/// <summary>The portal account as it is made at first start.</summary>
/// <param name="Phone">E.164, confirmed; null where there is none.</param>
/// <param name="Email">Confirmed; null where there is none.</param>
/// <param name="Snils">11 digits; null where there is none.</param>
/// <param name="MadeFromRecordId">Simplified registration: the pupil's record; such an account has a login and a password, nothing
/// more.</param>
public sealed record DemoAccount(
    string LastName, string FirstName, string? MiddleName, string? Phone, string? Email, string? Snils, bool SnilsConfirmed,
    DateOnly? BirthDate, string? Login, string? MadeFromRecordId, DateTimeOffset CreatedAt);

/// <param name="Role"><c>staff</c>, <c>guardian</c>, <c>pupil</c> or <c>none</c>.</param>
/// <param name="RecordId">Null with role <c>none</c>.</param>
/// <param name="Reason">A word of the contract's table; empty for a match.</param>
public sealed record DemoVerdict(string Role, string? RecordId, string Reason);
