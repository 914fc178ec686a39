using System.Text.Json;
using Aupd.Kernel.Secrets;
using Dapper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Npgsql;

namespace Aupd.Portal.Messages;

/// <summary>The messages that did not leave this machine, newest first. There only in <c>show</c> mode.</summary>
internal sealed class ShownMessages(MessageSettings settings, NpgsqlDataSource source, Sealer sealer, TimeProvider clock) : PageModel
{
    internal sealed record Shown(string To, string Subject, string Text, DateTimeOffset At);

    private sealed record Row(byte[] MessageSealed, DateTime WrittenAt);

    private const string Sql = """
        select message_sealed, written_at from portal.shown_message where expires_at >= @now order by written_at desc, id desc limit 50
        """;

    public IReadOnlyList<Shown> Messages { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!settings.IsShown) return NotFound();
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(Sql, new { now = clock.GetUtcNow() }, cancellationToken: ct));
        Messages = [.. rows.Select(Open)];
        return Page();
    }

    private Shown Open(Row row)
    {
        var message = JsonSerializer.Deserialize<SealedMessage>(sealer.OpenText(OutgoingMessages.SealPurpose, row.MessageSealed)!)!;
        return new Shown(ContactPoint.FromPlain(message.To).Reveal(), message.Subject, message.Text, new DateTimeOffset(row.WrittenAt, TimeSpan.Zero));
    }
}
