using Aupd.Kernel.People;

namespace Aupd.Portal.Accounts;

/// <summary>Absent; typed in by the person (its checksum holds); confirmed by ISnilsConfirmation. Only a confirmed one signs in.</summary>
internal enum SnilsState { Absent, Entered, Confirmed }

/// <summary>One resident's account as read from the store. Changed by use cases (SetIdentifier, ChangePassword) only.</summary>
internal sealed class PortalAccount
{
    public required Guid Id { get; init; }
    public required PersonName Name { get; set; }
    public SnilsState SnilsState { get; set; }
    /// <summary>Null exactly when <see cref="SnilsState"/> is Absent.</summary>
    public Snils? Snils { get; set; }
    /// <summary>Confirmed by a code; an unconfirmed one is never here.</summary>
    public Phone? Phone { get; set; }
    /// <summary>Confirmed by a code; an unconfirmed one is never here.</summary>
    public Email? Email { get; set; }
    public DateOnly? BirthDate { get; set; }
    /// <summary>Issued by the school gateway; unique without regard to case. Null until then.</summary>
    public string? Login { get; set; }
    /// <summary>Argon2id in the string form of crypto_pwhash_str; null when the account has no password of its own.</summary>
    public string? PasswordHash { get; set; }
    /// <summary>Changes with the password.</summary>
    public string SecurityStamp { get; set; } = "";
    /// <summary>Simplified registration: the pupil's record the account was made from.</summary>
    public string? MadeFromRecordId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? DisabledAt { get; set; }
    /// <summary>Goes up with every change; a change over a stale reading is refused.</summary>
    public int Version { get; set; } = 1;

    public bool IsDisabled => DisabledAt is not null;

    public override string ToString() => $"account {Id}";
}
