using Aupd.Kernel.People;

namespace Aupd.Portal.Doors;

/// <summary>Carries an e-mail out of the portal. Throwing means "try again later"; the same <see cref="EmailMessage.Id"/> may come twice.</summary>
public interface IEmailSender
{
    Task SendAsync(EmailMessage message, CancellationToken ct);
}

/// <summary>Carries an SMS out of the portal. Throwing means "try again later"; the same <see cref="SmsMessage.Id"/> may come twice.</summary>
public interface ISmsSender
{
    Task SendAsync(SmsMessage message, CancellationToken ct);
}

/// <param name="Id">The same on every attempt.</param>
/// <param name="Text">Plain text.</param>
public sealed record EmailMessage(Guid Id, Email To, string Subject, string Text)
{
    /// <summary>The text may hold a code: it is never printed.</summary>
    public override string ToString() => $"e-mail {Id}";
}

/// <param name="Id">The same on every attempt.</param>
public sealed record SmsMessage(Guid Id, Phone To, string Text)
{
    /// <summary>The text may hold a code: it is never printed.</summary>
    public override string ToString() => $"SMS {Id}";
}
