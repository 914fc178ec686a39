using System.Security.Cryptography;
using Aupd.Kernel.Secrets;
using Aupd.Kernel.Throttling;
using Aupd.Portal.Messages;
using Dapper;
using Npgsql;

namespace Aupd.Portal.Codes;

/// <summary>What is written to the person. Who asked cannot tell these apart.</summary>
internal abstract record CodeLetter
{
    private CodeLetter() { }
    /// <summary>The message with the code in it.</summary>
    internal sealed record WithCode(ContactPoint To, Func<string, OutgoingMessage> Write) : CodeLetter;
    /// <summary>Another message; no code that could be typed exists.</summary>
    internal sealed record Instead(OutgoingMessage Message) : CodeLetter;
    /// <summary>There is nobody to write to; no code that could be typed exists.</summary>
    internal sealed record Nobody : CodeLetter;
}

/// <param name="Address">Network address of who asks.</param>
/// <param name="CostsSms">Whether what was typed would be answered by SMS; asked of what was typed, not of what was found.</param>
internal sealed record CodeAsk(CodeBinding Binding, string Address, bool CostsSms, CodeLetter Letter);

internal abstract record IssueCodeOutcome
{
    private IssueCodeOutcome() { }
    /// <param name="NextAt">From when another code may be asked for.</param>
    internal sealed record Sent(DateTimeOffset NextAt) : IssueCodeOutcome;
    internal sealed record TooSoon(DateTimeOffset NextAt) : IssueCodeOutcome;
    internal sealed record TooMany(TimeSpan RetryAfter) : IssueCodeOutcome;
}

/// <summary>Makes a code of six digits, keeps its hash and writes it to the person, in one transaction. One code per flow and purpose: a new
/// one ends the old one.</summary>
internal sealed class IssueCode(
    NpgsqlDataSource source, Sealer sealer, Throttle throttle, OutgoingMessages messages, CodeSettings settings, TimeProvider clock)
{
    private const string LastSql = """
        select issued_at from portal.confirmation_code where flow = @flow and purpose = @purpose and target = @target
        """;

    // The condition repeats the check above for two requests at one moment: only one of them writes.
    private const string IssueSql = """
        insert into portal.confirmation_code (flow, purpose, target, code_hash, issued_at, expires_at, tries_left)
        values (@flow, @purpose, @target, @hash, @now, @expires, @tries)
        on conflict (flow, purpose) do update
           set target = excluded.target, code_hash = excluded.code_hash, issued_at = excluded.issued_at, expires_at = excluded.expires_at,
               tries_left = excluded.tries_left, spent_at = null
         where confirmation_code.target <> excluded.target or confirmation_code.issued_at <= @resendFrom
        """;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly ThrottleRule _perTarget = new("portal.code.target", settings.PerTargetHourly, Hour);
    private readonly ThrottleRule _perContact = new("portal.code.contact", settings.PerTargetHourly, Hour);
    private readonly ThrottleRule _perTargetAndAddress = new("portal.code.target-address", settings.PerTargetAndAddressHourly, Hour);
    private readonly ThrottleRule _perContactAndAddress = new("portal.code.contact-address", settings.PerTargetAndAddressHourly, Hour);
    private readonly ThrottleRule _perAddress = new("portal.code.address", settings.PerAddressHourly, Hour);
    private readonly ThrottleRule _sms = new("portal.code.sms", settings.SmsHourly, Hour);

    public async Task<IssueCodeOutcome> RunAsync(CodeAsk ask, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await LastIssuedAsync(ask.Binding, ct) is { } last && last + settings.Resend > now) return new IssueCodeOutcome.TooSoon(last + settings.Resend);
        if (await OverLimitAsync(ask, ct) is { } wait) return new IssueCodeOutcome.TooMany(wait);
        var letter = await WithinContactLimitAsync(ask, ct);
        var code = RandomNumberGenerator.GetInt32(0, 1_000_000).ToString("D6");
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var written = await connection.ExecuteAsync(new CommandDefinition(IssueSql, new
        {
            flow = ask.Binding.Flow, purpose = ask.Binding.PurposeText, target = ask.Binding.Target, now, expires = now + settings.Lifetime,
            tries = settings.Tries, resendFrom = now - settings.Resend,
            // Where no code is sent, none can be right: random bytes are the hash of no six digits.
            hash = letter is CodeLetter.WithCode ? ask.Binding.Hash(sealer, code) : RandomNumberGenerator.GetBytes(32),
        }, transaction, cancellationToken: ct));
        if (written == 0) return new IssueCodeOutcome.TooSoon(now + settings.Resend);
        if (Message(letter, code) is { } message) await messages.AddAsync(connection, message, ct);
        await transaction.CommitAsync(ct);
        return new IssueCodeOutcome.Sent(now + settings.Resend);
    }

    /// <summary>From when this flow may ask for another code to the same place; null when it may now.</summary>
    public async Task<DateTimeOffset?> NextAtAsync(CodeBinding binding, CancellationToken ct) =>
        await LastIssuedAsync(binding, ct) is { } last && last + settings.Resend > clock.GetUtcNow() ? last + settings.Resend : null;

    private async Task<DateTimeOffset?> LastIssuedAsync(CodeBinding binding, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var at = await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(LastSql,
            new { flow = binding.Flow, purpose = binding.PurposeText, target = binding.Target }, cancellationToken: ct));
        return at is null ? null : new DateTimeOffset(at.Value, TimeSpan.Zero);
    }

    private async Task<TimeSpan?> OverLimitAsync(CodeAsk ask, CancellationToken ct)
    {
        var verdict = await throttle.HitAsync(_perAddress, ask.Address, ct);
        var target = Convert.ToHexString(ask.Binding.Target);
        // One network's own share first: what it has used up is not counted against everyone.
        if (verdict.Allowed) verdict = await throttle.HitAsync(_perTargetAndAddress, $"{target} {ask.Address}", ct);
        if (verdict.Allowed) verdict = await throttle.HitAsync(_perTarget, target, ct);
        if (verdict.Allowed && ask.CostsSms) verdict = await throttle.HitAsync(_sms, "all", ct);
        return verdict.Allowed ? null : verdict.RetryAfter;
    }

    // A person found by login, СНИЛС, phone and e-mail is one person: their phone is not rung four times as often. Nothing of this is
    // shown, since whoever asks must not learn where the code went.
    private async Task<CodeLetter> WithinContactLimitAsync(CodeAsk ask, CancellationToken ct)
    {
        var to = ask.Letter switch
        {
            CodeLetter.WithCode with => with.To,
            CodeLetter.Instead instead => instead.Message.To,
            _ => null,
        };
        if (to is null) return ask.Letter;
        var contact = Convert.ToHexString(to.Index(sealer));
        var verdict = await throttle.HitAsync(_perContactAndAddress, $"{contact} {ask.Address}", ct);
        if (verdict.Allowed) verdict = await throttle.HitAsync(_perContact, contact, ct);
        return verdict.Allowed ? ask.Letter : new CodeLetter.Nobody();
    }

    private static OutgoingMessage? Message(CodeLetter letter, string code) => letter switch
    {
        CodeLetter.WithCode with => with.Write(code),
        CodeLetter.Instead instead => instead.Message,
        _ => null,
    };
}
