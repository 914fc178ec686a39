using System.ComponentModel.DataAnnotations;

namespace Aupd.Portal.Messages;

/// <summary>How e-mail and SMS leave the portal. Section <c>Portal:Messages</c>.</summary>
public sealed record MessageSettings : IValidatableObject
{
    public const string Section = "Portal:Messages";
    public const string Show = "show", Send = "send";

    /// <summary><c>show</c>: nothing leaves the machine, messages stand on /dev/messages; only where the portal's public URL is
    /// http://localhost. <c>send</c>: e-mail by SMTP, SMS by the HTTP gateway.</summary>
    [AllowedValues(Show, Send)] public string Mode { get; init; } = Show;
    /// <summary>How long a shown message stays on /dev/messages, in seconds.</summary>
    [Range(60, 86_400)] public int ShownSeconds { get; init; } = 3600;
    /// <summary>Host name of the SMTP server.</summary>
    public string SmtpHost { get; init; } = "";
    /// <summary>TCP port of the SMTP server.</summary>
    [Range(1, 65_535)] public int SmtpPort { get; init; } = 587;
    /// <summary>Whether the connection must be encrypted (STARTTLS); without it only for a relay on the same machine or network.</summary>
    public bool SmtpTls { get; init; } = true;
    /// <summary>User name at the SMTP server; empty: none is asked for.</summary>
    public string SmtpUser { get; init; } = "";
    /// <summary>Password of the mail server's user.</summary>
    public string SmtpPassword { get; init; } = "";
    /// <summary>Address that e-mails come from.</summary>
    [EmailAddress] public string From { get; init; } = "noreply@portal.example";
    /// <summary>URL of the SMS gateway; gets a POST of {"id","to","from","text"} in JSON and answers 2xx.</summary>
    public string SmsUrl { get; init; } = "";
    /// <summary>Key for the SMS gateway, sent as <c>Authorization: Bearer</c>.</summary>
    public string SmsKey { get; init; } = "";
    /// <summary>Name that SMS come from, as agreed with the gateway; empty: the gateway's own.</summary>
    public string SmsFrom { get; init; } = "";
    /// <summary>Longest wait for the SMTP server or the SMS gateway, in seconds; then the message is tried again later.</summary>
    [Range(1, 120)] public int TimeoutSeconds { get; init; } = 15;

    internal bool IsShown => Mode == Show;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsShown) yield break;
        if (SmtpHost.Length == 0) yield return new ValidationResult("SmtpHost is empty, but with Mode = send it must be given.");
        if (!Uri.TryCreate(SmsUrl, UriKind.Absolute, out var sms) || sms.Scheme is not ("http" or "https"))
            yield return new ValidationResult("SmsUrl must be an http or https URL with Mode = send.");
    }
}
