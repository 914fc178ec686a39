using Aupd.Kernel.Data;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Dpop;

/// <summary>Runs the statement that acts on a request and uses up its proof with it, in one round trip: of racing requests with one proof
/// one comes through, and those that do not change nothing.</summary>
internal sealed class UseProof(HotPath hot, ReplayStore replays)
{
    /// <param name="proof">Null: there is none to use up.</param>
    /// <returns>What was read, or that the proof was used before.</returns>
    public async Task<(T? Result, OAuthError? Error)> ReadAsync<T>(DpopProof? proof, NpgsqlBatchCommand statement,
        Func<NpgsqlDataReader, Task<T>> read, CancellationToken ct)
    {
        await using var batch = hot.Source.CreateBatch();
        if (proof is not null) batch.BatchCommands.Add(replays.Guard(ReplayKind.DpopProof, proof.Thumbprint, proof.Id, proof.GoodUntil));
        batch.BatchCommands.Add(statement);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(ct);
            return (await read(reader), null);
        }
        catch (PostgresException e) when (ReplayStore.IsUsed(e)) { return (default, OAuthError.InvalidDpopProof("used before")); }
    }

    /// <summary>The same for a statement that gives no rows; null: there is none.</summary>
    public async Task<OAuthError?> ExecuteAsync(DpopProof? proof, NpgsqlBatchCommand? statement, CancellationToken ct)
    {
        if (statement is not null) return (await ReadAsync(proof, statement, _ => Task.FromResult(true), ct)).Error;
        return proof is null || await replays.TryUseAsync(ReplayKind.DpopProof, proof.Thumbprint, proof.Id, proof.GoodUntil, ct)
            ? null : OAuthError.InvalidDpopProof("used before");
    }
}
