using Aupd.Kernel.Secrets;
using Dapper;
using Npgsql;

namespace Aupd.Portal.Codes;

internal abstract record SpendCodeOutcome
{
    private SpendCodeOutcome() { }
    internal sealed record Right : SpendCodeOutcome;
    /// <summary>Not counted: it cannot be a code.</summary>
    internal sealed record NotSixDigits : SpendCodeOutcome;
    internal sealed record Wrong(int TriesLeft) : SpendCodeOutcome;
    /// <summary>Expired, spent, out of tries, or never issued to this flow for this target.</summary>
    internal sealed record Over : SpendCodeOutcome;
}

/// <summary>Spends a code, or one of its tries.</summary>
internal sealed class SpendCode(Sealer sealer, TimeProvider clock)
{
    // One statement is the check, the count and the mark: of thirty requests at once each costs a try, and one can be right.
    private const string Sql = """
        update portal.confirmation_code
           set tries_left = tries_left - 1, spent_at = case when code_hash = @hash then @now end
         where flow = @flow and purpose = @purpose and target = @target and spent_at is null and expires_at > @now and tries_left > 0
        returning spent_at is not null as is_right, tries_left
        """;

    private sealed record Row(bool IsRight, int TriesLeft);

    /// <summary>Within the caller's transaction, together with what the code is for. The caller commits also when the code was wrong.</summary>
    public async Task<SpendCodeOutcome> RunAsync(NpgsqlConnection connection, CodeBinding binding, string? typed, CancellationToken ct)
    {
        if (Read(typed) is not { } code) return new SpendCodeOutcome.NotSixDigits();
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Sql, new
        {
            flow = binding.Flow, purpose = binding.PurposeText, target = binding.Target, hash = binding.Hash(sealer, code), now = clock.GetUtcNow(),
        }, cancellationToken: ct));
        return row switch
        {
            null => new SpendCodeOutcome.Over(),
            { IsRight: true } => new SpendCodeOutcome.Right(),
            _ => row.TriesLeft > 0 ? new SpendCodeOutcome.Wrong(row.TriesLeft) : new SpendCodeOutcome.Over(),
        };
    }

    // People type "482 913" and paste spaces.
    private static string? Read(string? typed)
    {
        if (typed is null || typed.Length > 40) return null;
        var code = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c != '-'));
        return code.Length == 6 && code.All(char.IsAsciiDigit) ? code : null;
    }
}
