using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Kernel.Throttling;
using Dapper;
using Npgsql;

namespace Aupd.Portal.Confirmation;

internal enum SnilsHolder { Nobody, Another, AskedTooOften }

/// <summary>Whether a СНИЛС is confirmed for another account. Asked of few numbers per network, so that it serves nobody as a register.</summary>
internal sealed class SnilsHolders(NpgsqlDataSource source, Sealer sealer, Throttle throttle)
{
    private const string Sql = """
        select exists (select from portal.account where snils_index = @index and snils_state = 'confirmed' and id is distinct from @account)
        """;

    private static readonly ThrottleRule PerAddress = new("portal.snils.address", 60, TimeSpan.FromHours(1));
    private static readonly ThrottleRule PerAccount = new("portal.snils.account", 10, TimeSpan.FromHours(1));

    public async Task<SnilsHolder> AskAsync(Snils snils, Guid? account, string address, CancellationToken ct)
    {
        if (!(await throttle.HitAsync(PerAddress, address, ct)).Allowed) return SnilsHolder.AskedTooOften;
        if (account is { } id && !(await throttle.HitAsync(PerAccount, id.ToString(), ct)).Allowed) return SnilsHolder.AskedTooOften;
        await using var connection = await source.OpenConnectionAsync(ct);
        var another = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(Sql,
            new { index = sealer.Index(Purpose.Snils, snils.Digits), account }, cancellationToken: ct));
        return another ? SnilsHolder.Another : SnilsHolder.Nobody;
    }
}

internal static class SnilsWords
{
    /// <summary>What to do about it; null where all is well. Whose the other account is, is not told.</summary>
    public static string? For(SnilsHolder holder, Language l) => holder switch
    {
        SnilsHolder.Another => l[
            "Этот СНИЛС уже подтверждён для другой учётной записи. Если она ваша, войдите в неё или восстановите пароль. Если нет — проверьте цифры или обратитесь в поддержку",
            "This SNILS is already confirmed for another account. If that one is yours, sign in to it or set a new password. If not, check the digits or write to support"],
        SnilsHolder.AskedTooOften => l["Номеров введено слишком много. Попробуйте через час", "Too many numbers were entered. Try again in an hour"],
        _ => null,
    };
}
