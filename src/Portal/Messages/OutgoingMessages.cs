using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Secrets;
using Dapper;
using Npgsql;

namespace Aupd.Portal.Messages;

/// <summary>A message as it is written. Never printed: it may hold a code.</summary>
/// <param name="Subject">Used for e-mail alone.</param>
/// <param name="UselessAfter">A code that arrives after this moment helps nobody and is not sent any more; null: worth sending at any time.</param>
internal sealed record OutgoingMessage(ContactPoint To, string Subject, string Text, DateTimeOffset? UselessAfter = null)
{
    public override string ToString() => "message";
}

/// <summary>Takes messages within the transaction of the act they tell of. The page never waits for a mail server: in <c>send</c> mode they
/// leave through the outbox, sealed; in <c>show</c> mode they stand on /dev/messages at once, also where no worker runs.</summary>
internal sealed class OutgoingMessages(MessageSettings settings, Sealer sealer, FactLog facts, TimeProvider clock)
{
    public const string Topic = "portal.message-written";
    internal const string SealPurpose = "portal/message";

    private const string ShowSql = """
        delete from portal.shown_message where expires_at < @now;
        insert into portal.shown_message (id, message_sealed, written_at, expires_at) values (@id, @message, @now, @until)
        """;

    public async Task AddAsync(NpgsqlConnection connection, OutgoingMessage message, CancellationToken ct)
    {
        var id = Guid.CreateVersion7();
        var plain = JsonSerializer.Serialize(new SealedMessage(message.To.Plain, message.Subject, message.Text));
        var sealedMessage = sealer.SealText(SealPurpose, plain)!;
        var now = clock.GetUtcNow();
        if (settings.IsShown)
            await connection.ExecuteAsync(new CommandDefinition(ShowSql,
                new { id, now, message = sealedMessage, until = now.AddSeconds(settings.ShownSeconds) }, cancellationToken: ct));
        else
            // Each message has a key of its own: one that cannot be delivered holds back no other.
            await facts.AddAsync(connection, new Fact(Topic, id.ToString(), new MessageFact(id, sealedMessage, message.UselessAfter)), ct);
    }
}

internal sealed record SealedMessage(string To, string Subject, string Text);

internal sealed record MessageFact(Guid Id, byte[] Sealed, DateTimeOffset? UselessAfter);
