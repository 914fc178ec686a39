using Aupd.Portal.Entries;

namespace Aupd.Portal.Registration;

/// <summary>A half-done registration, as it lies sealed in its flow.</summary>
internal sealed record RegistrationState
{
    public const string Kind = "registration";
    /// <summary>Below this age no СНИЛС is asked for: of children only what a school needs to recognise them.</summary>
    public const int SnilsFromAge = 14;

    /// <summary>Of the account to be: thirty presses on the last button make the same one.</summary>
    public Guid AccountId { get; init; }
    public string? Last { get; init; }
    public string? First { get; init; }
    public string? Middle { get; init; }
    public DateOnly? BirthDate { get; init; }
    /// <summary>E.164.</summary>
    public string? Phone { get; init; }
    public bool PhoneConfirmed { get; init; }
    public string? Email { get; init; }
    public bool EmailConfirmed { get; init; }
    /// <summary>Eleven digits; null while not asked, or where the person left it out.</summary>
    public string? Snils { get; init; }
    public bool SnilsAnswered { get; init; }
    /// <summary>A local path.</summary>
    public string? ReturnUrl { get; init; }

    public bool IsChild(DateOnly today) => BirthDate is { } born && BirthDateEntry.AgeOn(born, today) < SnilsFromAge;
}

/// <summary>The pages of a registration, in their order.</summary>
internal enum RegistrationStep { Name, Phone, PhoneCode, Email, EmailCode, Snils, Password }

internal static class RegistrationSteps
{
    /// <summary>The first page that still has to be answered.</summary>
    public static RegistrationStep FirstOpen(RegistrationState state, DateOnly today) => state switch
    {
        { Last: null } or { First: null } or { BirthDate: null } => RegistrationStep.Name,
        { Phone: null } => RegistrationStep.Phone,
        { PhoneConfirmed: false } => RegistrationStep.PhoneCode,
        { Email: null } => RegistrationStep.Email,
        { EmailConfirmed: false } => RegistrationStep.EmailCode,
        { SnilsAnswered: false } when !state.IsChild(today) => RegistrationStep.Snils,
        _ => RegistrationStep.Password,
    };

    /// <summary>A page may be opened when all before it are answered; a code page only while its code is wanted.</summary>
    public static bool IsOpen(RegistrationStep step, RegistrationState state, DateOnly today) => step switch
    {
        RegistrationStep.PhoneCode or RegistrationStep.EmailCode => step == FirstOpen(state, today),
        RegistrationStep.Snils => !state.IsChild(today) && step <= FirstOpen(state, today),
        _ => step <= FirstOpen(state, today),
    };

    public static string PathOf(RegistrationStep step) => step switch
    {
        RegistrationStep.Name => "/register",
        RegistrationStep.Phone => "/register/phone",
        RegistrationStep.PhoneCode => "/register/phone-code",
        RegistrationStep.Email => "/register/email",
        RegistrationStep.EmailCode => "/register/email-code",
        RegistrationStep.Snils => "/register/snils",
        RegistrationStep.Password => "/register/password",
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };
}
