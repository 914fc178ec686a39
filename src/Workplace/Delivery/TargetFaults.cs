namespace Aupd.Workplace.Delivery;

/// <summary>A target cannot be spoken to: nobody's account is at fault, and everything waits. The message is a sentence for an administrator.</summary>
/// <param name="retryAfter">How long the target has asked us to stay away; null where it has not.</param>
internal class TargetAwayException(string message, Exception? inner = null, TimeSpan? retryAfter = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>A target refused one account for good, as far as it tells; the message says why.</summary>
internal class TargetRefusalException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>For whoever reads what was given up; may say more than a log should.</summary>
    public virtual string Told => Message;
}

/// <summary>A person must decide before anything is written.</summary>
internal class TargetConflictException(AccountConflict conflict) : Exception(conflict.Reason)
{
    public AccountConflict Conflict => conflict;
}

/// <param name="Reason">A word of <see cref="ConflictReason"/>.</param>
/// <param name="ObjectId">The target's id of the account in question.</param>
/// <param name="EntryName">What a person finds it by there.</param>
internal sealed record AccountConflict(string Reason, string? ObjectId, string? EntryName, string? Login);

/// <summary>Why a person must decide; words of a closed list.</summary>
internal static class ConflictReason
{
    public const string
        LoginOfAnother = "login-of-another", LoginOfNoPerson = "login-of-no-person", NameDiffers = "name-differs", Several = "several-accounts", Protected = "protected-account",
        IdOfAnother = "id-of-another", SnilsDiffers = "snils-differs", PlaceTaken = "place-taken";

    /// <summary>For whoever reads the list.</summary>
    public static string Sentence(string reason) => reason switch
    {
        LoginOfAnother => "The login belongs to the account of somebody else.",
        LoginOfNoPerson => "The login is the name of a computer, a group or a service.",
        NameDiffers => "There is an account of this login with nobody's mark, and it bears another name.",
        Several => "Several accounts bear the mark of this person.",
        Protected => "The account is one of the domain's own (administrator): such are never taken over.",
        IdOfAnother => "The account with the person's СНИЛС bears the mark of somebody else.",
        SnilsDiffers => "The account of this login bears another СНИЛС.",
        PlaceTaken => "Where the account is to stand, another one stands under the same name.",
        _ => reason,
    };
}
