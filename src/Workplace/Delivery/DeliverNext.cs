using Aupd.Kernel.Jose;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Passwords;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>Carries one due account to the directory. The lock on the person lasts until what came of it is kept; a worker that dies lets go of it, and
/// the next begins at the search.</summary>
internal sealed partial class DeliverNext(NpgsqlDataSource source, AccountQueue queue, DeliverAccount deliver, PasswordKeys keys, ILogger<DeliverNext> log)
{
    /// <summary>False when nothing is due.</summary>
    /// <exception cref="DirectoryAwayException">The directory cannot be spoken to; nothing was kept, all stays due.</exception>
    public async Task<bool> RunAsync(Func<DirectoryLink> link, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await queue.TakeAsync(connection, ct) is not { } profileId) return false;
        if (await queue.ReadAsync(connection, profileId, ct) is not { } due) return true;
        await DeliverAsync(connection, link, due, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private async Task DeliverAsync(NpgsqlConnection connection, Func<DirectoryLink> link, DueAccount due, CancellationToken ct)
    {
        try
        {
            var password = await PasswordOfAsync(connection, due, ct);
            var order = queue.OrderFor(due, password);
            // Blocking calls: on a thread of the pool, and to their end once begun.
            var result = await Task.Run(() => deliver.Run(link(), order), CancellationToken.None);
            await queue.DoneAsync(connection, due, password, result, ct);
        }
        catch (DirectoryConflictException e)
        {
            ConflictFound(log, due.ProfileId, e.Conflict.Reason);
            await queue.ConflictAsync(connection, due, e.Conflict, ct);
        }
        catch (DirectoryRefusalException e)
        {
            Refused(log, e, due.ProfileId, due.Attempts + 1);
            await queue.RefusedAsync(connection, due, e.Message, ct);
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

    [LoggerMessage(EventId = 7101, Level = LogLevel.Warning, Message = "The account of {ProfileId} waits for a person to decide: {Reason}")]
    private static partial void ConflictFound(ILogger logger, Guid profileId, string reason);

    [LoggerMessage(EventId = 7102, Level = LogLevel.Warning, Message = "The directory refused the account of {ProfileId}, attempt {Attempt}")]
    private static partial void Refused(ILogger logger, Exception cause, Guid profileId, int attempt);
}
