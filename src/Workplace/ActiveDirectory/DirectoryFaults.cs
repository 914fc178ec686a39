using System.DirectoryServices.Protocols;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>The directory cannot be spoken to: nobody's account is at fault, and everything waits. The message is a sentence for an
/// administrator.</summary>
internal sealed class DirectoryAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The directory refused one request for good, as far as it tells.</summary>
internal sealed class DirectoryRefusalException(ResultCode code, string message, Exception? inner = null) : Exception($"{code}: {message}", inner)
{
    public ResultCode Code => code;
}

/// <summary>A person must decide before anything is written.</summary>
internal sealed class DirectoryConflictException(DirectoryConflict conflict) : Exception(conflict.Reason)
{
    public DirectoryConflict Conflict => conflict;
}

/// <param name="Reason">A word of <see cref="ConflictReason"/>.</param>
/// <param name="ObjectId">objectGUID of the account in question.</param>
internal sealed record DirectoryConflict(string Reason, Guid? ObjectId, string? EntryName, string? Login);

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
