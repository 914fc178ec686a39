using Aupd.Kernel.Jose;
using Aupd.Workplace.Passwords;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>Carries one due account to a target. The lock on the person lasts until what came of it is kept; a worker that dies lets go of it, and
/// the next begins at the search.</summary>
internal sealed partial class DeliverNext(NpgsqlDataSource source, AccountQueue queue, PasswordKeys keys, ILogger<DeliverNext> log)
{
    /// <summary>False when nothing is due.</summary>
    /// <exception cref="TargetAwayException">The target cannot be spoken to; nothing was kept, all stays due.</exception>
    public async Task<bool> RunAsync(DeliveryTarget target, TargetSession session, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // People first, for groups are made of them; but a day-long stream of people does not keep groups waiting.
        if (session.IsTurnOfOthers && await session.DeliverOtherAsync(connection, ct)) { }
        else if (await queue.TakeAsync(connection, target, ct) is { } profileId)
        {
            if (await queue.ReadAsync(connection, target, profileId, ct) is not { } due) return true;
            await DeliverAsync(connection, target, session, due, ct);
        }
        else if (!await session.DeliverOtherAsync(connection, ct)) return false;
        await transaction.CommitAsync(ct);
        return true;
    }

    private async Task DeliverAsync(NpgsqlConnection connection, DeliveryTarget target, TargetSession session, DueAccount due, CancellationToken ct)
    {
        try
        {
            var password = await PasswordOfAsync(connection, due, ct);
            var result = await session.DeliverAsync(due, queue.IsOver(target, due), password, ct);
            await queue.DoneAsync(connection, target, due, password, result, ct);
        }
        catch (TargetConflictException e)
        {
            ConflictFound(log, due.ProfileId, target.Name, e.Conflict.Reason);
            await queue.ConflictAsync(connection, target, due, e.Conflict, ct);
        }
        catch (TargetRefusalException e)
        {
            Refused(log, e, due.ProfileId, target.Name, due.Attempts + 1);
            await queue.RefusedAsync(connection, target, due, e.Told, ct);
        }
    }

    private async Task<string?> PasswordOfAsync(NpgsqlConnection connection, DueAccount due, CancellationToken ct)
    {
        if (due.PasswordMessage is not { } message) return null;
        var password = await keys.OpenAsync(connection, message, ct) is { } plain ? SealedPassword.Read(plain, due.Subject) : null;
        if (password is null) Unreadable(log, due.ProfileId);
        return password;
    }

    [LoggerMessage(EventId = 7103, Level = LogLevel.Error, Message = "The password that waits for {ProfileId} cannot be read, and is wiped")]
    private static partial void Unreadable(ILogger logger, Guid profileId);

    [LoggerMessage(EventId = 7101, Level = LogLevel.Warning, Message = "The account of {ProfileId} in {Target} waits for a person to decide: {Reason}")]
    private static partial void ConflictFound(ILogger logger, Guid profileId, string target, string reason);

    [LoggerMessage(EventId = 7102, Level = LogLevel.Warning, Message = "The account of {ProfileId} was refused by {Target}, attempt {Attempt}")]
    private static partial void Refused(ILogger logger, Exception cause, Guid profileId, string target, int attempt);
}
