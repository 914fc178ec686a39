using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Doors;
using Microsoft.Extensions.Logging;

namespace Aupd.Portal.Messages;

/// <summary>Hands written messages to the doors. A door that throws gets the message again later, with the same id.</summary>
internal sealed partial class DeliverMessage(Sealer sealer, IEmailSender email, ISmsSender sms, TimeProvider clock, ILogger<DeliverMessage> log)
    : IFactReceiver
{
    public const string ReceiverName = "portal.deliver-message";

    public string Name => ReceiverName;
    public string Topic => OutgoingMessages.Topic;

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var written = fact.Payload.Deserialize<MessageFact>(JsonSerializerOptions.Web)!;
        if (written.UselessAfter < clock.GetUtcNow())
        {
            CameTooLate(log, written.Id, fact.Attempt);
            return;
        }
        var message = JsonSerializer.Deserialize<SealedMessage>(sealer.OpenText(OutgoingMessages.SealPurpose, written.Sealed)!)!;
        switch (ContactPoint.FromPlain(message.To))
        {
            case ContactPoint.ByPhone to: await sms.SendAsync(new SmsMessage(written.Id, to.Number, message.Text), ct); break;
            case ContactPoint.ByEmail to: await email.SendAsync(new EmailMessage(written.Id, to.Address, message.Subject, message.Text), ct); break;
            default: throw new System.Diagnostics.UnreachableException();
        }
        Delivered(log, written.Id, fact.Attempt);
    }

    [LoggerMessage(EventId = 3501, Level = LogLevel.Information, Message = "Message {MessageId} delivered, attempt {Attempt}")]
    private static partial void Delivered(ILogger logger, Guid messageId, int attempt);

    [LoggerMessage(EventId = 3502, Level = LogLevel.Warning, Message = "Message {MessageId} was not sent: its code had expired at attempt {Attempt}")]
    private static partial void CameTooLate(ILogger logger, Guid messageId, int attempt);
}
