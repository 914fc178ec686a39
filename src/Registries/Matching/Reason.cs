using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching;

/// <summary>Why there is no match, in the contract's order: the first that applies is told. <see cref="None"/> is last, so that a smaller
/// one always wins.</summary>
internal enum Reason : byte
{
    DuplicateAccount, Ambiguous, SnilsUnconfirmed, NotStarted, StartDateMissing, Ended, BirthDateContradicts, SnilsInvalid, SnilsMissing,
    SnilsMissingInRegistry, NameDiffers, SnilsDiffers, ContactsDiffer,
    /// <summary>The record is not near: it says nothing about this account.</summary>
    None,
}

/// <summary>The words of the contract.</summary>
internal static class Words
{
    public const string Match = "match", NoMatch = "no_match", NoRole = "none", NoRecord = "no_record";

    public static string Of(Reason reason) => reason switch
    {
        Reason.DuplicateAccount => "duplicate_account",
        Reason.Ambiguous => "ambiguous",
        Reason.SnilsUnconfirmed => "snils_unconfirmed",
        Reason.NotStarted => "not_started",
        Reason.StartDateMissing => "start_date_missing",
        Reason.Ended => "ended",
        Reason.BirthDateContradicts => "birth_date_contradicts",
        Reason.SnilsInvalid => "snils_invalid",
        Reason.SnilsMissing => "snils_missing",
        Reason.SnilsMissingInRegistry => "snils_missing_in_registry",
        Reason.NameDiffers => "name_differs",
        Reason.SnilsDiffers => "snils_differs",
        Reason.ContactsDiffer => "contacts_differ",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "A record that is not near has no word."),
    };

    public static string Of(RegistryRole role) => role switch
    {
        RegistryRole.Staff => "staff",
        RegistryRole.Guardian => "guardian",
        RegistryRole.Pupil => "pupil",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Unknown role."),
    };
}
