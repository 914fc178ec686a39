using System.Net;
using System.Net.Mail;
using System.Text;
using Aupd.Portal.Doors;

namespace Aupd.Portal.Messages;

/// <summary>E-mail over SMTP with STARTTLS; one connection per message.</summary>
internal sealed class SmtpEmailSender(MessageSettings settings) : IEmailSender
{
    public async Task SendAsync(EmailMessage message, CancellationToken ct)
    {
        using var mail = new MailMessage(settings.From, message.To.Address)
        {
            Subject = message.Subject, Body = message.Text, SubjectEncoding = Encoding.UTF8, BodyEncoding = Encoding.UTF8, IsBodyHtml = false,
        };
        // The same on every attempt, so that a mail server that got it twice shows it once.
        mail.Headers.Add("Message-ID", $"<{message.Id:N}@{mail.From!.Host}>");
        mail.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834 §5: keeps absence notices from answering.
        using var client = new SmtpClient(settings.SmtpHost, settings.SmtpPort) { EnableSsl = settings.SmtpTls };
        if (settings.SmtpUser.Length > 0) client.Credentials = new NetworkCredential(settings.SmtpUser, settings.SmtpPassword);
        if (!message.To.Address.All(char.IsAscii)) client.DeliveryFormat = SmtpDeliveryFormat.International;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(settings.TimeoutSeconds)); // SmtpClient.Timeout does not hold for SendMailAsync.
        try { await client.SendMailAsync(mail, deadline.Token); }
        // The server's own words stay out of the log and the outbox: they repeat the address.
        catch (SmtpException e) { throw new SmtpException(e.StatusCode); }
    }
}
