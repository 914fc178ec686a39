using System.Globalization;
using System.Text.Json;
using Aupd.Kernel.People;
using Aupd.OpenId.RelyingParty;
using Aupd.SignIn.Profiles;

namespace Aupd.SignIn.PortalSignIn;

/// <summary>Reads the portal's claims into an account. What cannot be read is taken as absent: it then matches nothing.</summary>
internal static class PortalClaims
{
    /// <summary>Null when the portal gives no full name: without one nothing can be compared.</summary>
    internal static PortalAccount? Read(string issuer, FinishOutcome.SignedIn answer)
    {
        var name = PersonName.TryCreate(Text(answer, "family_name"), Text(answer, "given_name"), Text(answer, "middle_name"));
        if (name is null) return null;
        var snils = Snils.Read(Text(answer, "snils"));
        return new PortalAccount(issuer, answer.Subject, name)
        {
            Snils = (snils as SnilsReading.Valid)?.Value, SnilsInvalid = snils is SnilsReading.WrongLength or SnilsReading.WrongChecksum,
            SnilsConfirmed = Flag(answer, "snils_confirmed"),
            Phone = Phone.TryParse(Text(answer, "phone_number")), PhoneVerified = Flag(answer, "phone_number_verified"),
            Email = Email.TryParse(Text(answer, "email")), EmailVerified = Flag(answer, "email_verified"),
            BirthDate = DateOnly.TryParseExact(Text(answer, "birthdate"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born) ? born : null,
            PortalLogin = Text(answer, "preferred_username"), MadeFromRecordId = Text(answer, "made_from_record_id"),
            CreatedAtPortal = DateTimeOffset.TryParse(Text(answer, "account_created_at"), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null,
        };
    }

    // PostgreSQL text takes no U+0000.
    private static string? Text(FinishOutcome.SignedIn answer, string claim) =>
        answer.Text(claim) is { } text && !text.Contains('\0', StringComparison.Ordinal) ? text : null;

    private static bool Flag(FinishOutcome.SignedIn answer, string claim) => answer.Claim(claim) is { ValueKind: JsonValueKind.True };
}
