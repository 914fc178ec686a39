using System.Security.Cryptography;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Aupd.SignIn.Sessions;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.SignIn.Qr;

/// <summary>How far a code has come.</summary>
internal enum ScreenState { Waiting, Opened, Allowed, Refused }

/// <summary>A code that can still be opened or answered, or whose answer waits for its screen. Prints an id.</summary>
internal sealed record ScreenCode
{
    public Guid Id { get; init; }
    public byte[] CodeSealed { get; init; } = [];
    public string? RequestId { get; init; }
    public string Kind { get; init; } = "";
    public string Device { get; init; } = "";
    public bool IsPhone { get; init; }
    public string Place { get; init; } = "";
    public string Trace { get; init; } = "";
    public DateTimeOffset ShownAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? OpenedAt { get; init; }
    public bool? Allowed { get; init; }
    public ScreenLink Link { get; init; } = null!;
    public ScreenNumber Number { get; init; } = null!;

    public bool IsPanel => Kind == SessionKind.Panel;

    public ScreenState State => Allowed switch
    {
        true => ScreenState.Allowed,
        false => ScreenState.Refused,
        null => OpenedAt is null ? ScreenState.Waiting : ScreenState.Opened,
    };

    /// <summary>What the screen shows is up to date while this word is the same.</summary>
    public string Tag => $"{State}-{Id:N}".ToLowerInvariant();

    public override string ToString() => $"screen code {Id}";
}

/// <summary>Codes from being shown to being answered. Link and number are kept sealed, and found by hash and by keyed index.</summary>
internal sealed class ScreenCodes(NpgsqlDataSource source, Sealer sealer, Places places, SignInSettings settings, TimeProvider clock)
{
    internal const string Channel = "signin_screen";
    private const string Purpose = "signin/screen-code";
    private const int Tries = 5, PruneBatch = 5000;
    /// <summary>A new code comes this long before the old one ends, so that nobody scans one that is just running out.</summary>
    internal static readonly TimeSpan RenewBefore = TimeSpan.FromSeconds(30);

    private const string Columns =
        "id, code_sealed, request_id, kind, device, is_phone, place, trace, shown_at, expires_at, opened_at, allowed";

    // Before a code that nobody has opened comes the one that somebody is answering: its number must be on the screen.
    private const string OfScreenSql = $"""
        select {Columns} from signin.screen_code where screen_hash = @screen and expires_at > @now and spent_at is null
         order by allowed is true desc, opened_at desc nulls last, shown_at desc limit 1
        """;

    private const string OfLinkSql = $"select {Columns} from signin.screen_code where link_hash = @hash and expires_at > @now and decided_at is null";
    private const string OfNumberSql = $"select {Columns} from signin.screen_code where number_index = @index and expires_at > @now and decided_at is null";

    // Two of the same digits at one time are rare; that a person would meet the wrong screen is impossible.
    private const string AddSql = """
        with added as (
            insert into signin.screen_code (id, screen_hash, link_hash, number_index, code_sealed, request_id, kind, device, is_phone, place, trace, shown_at, expires_at)
            select @id::uuid, @screen::bytea, @link::bytea, @number::bytea, @code::bytea, @requestId::text, @kind::text, @device::text, @isPhone::boolean,
                   @place::text, @trace::text, @now::timestamptz, @expires::timestamptz
             where not exists (select 1 from signin.screen_code where number_index = @number and expires_at > @now)
            returning screen_hash)
        select count(pg_notify(@Channel::text, encode(screen_hash, 'hex'))) from added
        """;

    private const string OpenSql = """
        with opened as (
            update signin.screen_code set opened_at = @now, expires_at = greatest(expires_at, @until)
             where id = @id and opened_at is null and decided_at is null and expires_at > @now returning screen_hash)
        select count(pg_notify(@Channel::text, encode(screen_hash, 'hex'))) from opened
        """;

    // The check and the mark are one: of many answers the first counts, and only from a session that lives, of a person who is not switched off.
    private const string DecideSql = """
        with decided as (
            update signin.screen_code set decided_at = @now, opened_at = coalesce(opened_at, @now), allowed = @allowed, account_id = @accountId, phone_sid = @sid,
                   role = @role, expires_at = greatest(expires_at, @until)
             where id = @id and decided_at is null and expires_at > @now
               and exists (select 1 from signin.session s join signin.profile p on p.account_id = s.account_id
                            where s.sid = @sid and s.account_id = @accountId and s.ended_at is null and s.idle_until > @now and s.expires_at > @now
                              and p.disabled_at is null)
            returning screen_hash)
        select count(pg_notify(@Channel::text, encode(screen_hash, 'hex'))) from decided
        """;

    // The session of the phone must live still: whoever signs out everywhere a moment after the answer takes the answer back.
    private const string SpendSql = """
        update signin.screen_code c set spent_at = @now
          from signin.session s join signin.account a on a.id = s.account_id join signin.profile p on p.account_id = a.id
         where c.id = (select id from signin.screen_code where screen_hash = @screen and allowed and spent_at is null and expires_at > @now
                        order by decided_at desc limit 1)
           and c.allowed and c.spent_at is null and c.expires_at > @now and s.sid = c.phone_sid and s.account_id = c.account_id and s.ended_at is null
           and s.idle_until > @now and s.expires_at > @now and p.disabled_at is null
        returning c.account_id, a.subject, c.role, c.trace, c.request_id, c.kind, s.authenticated_at, s.methods, s.trace as phone_trace
        """;

    private const string WithdrawSql = """
        with withdrawn as (
            update signin.screen_code set expires_at = @now where screen_hash = @screen and expires_at > @now returning screen_hash)
        select count(pg_notify(@Channel::text, encode(h.screen_hash, 'hex'))) from (select distinct screen_hash from withdrawn) h
        """;

    private const string PruneSql = """
        delete from signin.screen_code where id in (
            select id from signin.screen_code where expires_at < @before limit @PruneBatch for update skip locked)
        """;

    private TimeSpan Lifetime => TimeSpan.FromSeconds(settings.Qr.CodeLifetimeSeconds);

    /// <summary>What the screen is to show; null: it needs a new code.</summary>
    internal Task<ScreenCode?> OfScreenAsync(byte[] screen, CancellationToken ct) => FindAsync(OfScreenSql, new { screen, now = clock.GetUtcNow() }, ct);

    /// <summary>Null for one that is unknown, has run out or has been answered.</summary>
    internal Task<ScreenCode?> OfLinkAsync(ScreenLink link, CancellationToken ct) => FindAsync(OfLinkSql, new { hash = link.Hash, now = clock.GetUtcNow() }, ct);

    /// <inheritdoc cref="OfLinkAsync"/>
    internal Task<ScreenCode?> OfNumberAsync(ScreenNumber number, CancellationToken ct) => FindAsync(OfNumberSql, new { index = Index(number), now = clock.GetUtcNow() }, ct);

    /// <summary>True while the code is worth showing: somebody answers it, or it is not about to run out.</summary>
    internal bool IsWorthShowing(ScreenCode code) => code.State != ScreenState.Waiting || code.ExpiresAt - clock.GetUtcNow() > RenewBefore;

    /// <param name="trace">Of the codes that the screen has shown before; null: it has shown none.</param>
    internal async Task<ScreenCode> AddAsync(HttpContext http, byte[] screen, ScreenPurpose purpose, string? trace, CancellationToken ct)
    {
        var userAgent = http.Request.Headers.UserAgent.ToString();
        for (var tries = Tries; tries > 0; tries--)
        {
            var now = clock.GetUtcNow();
            var (link, number) = (ScreenLink.New(), ScreenNumber.New());
            var code = new ScreenCode
            {
                Id = Guid.CreateVersion7(now), Link = link, Number = number, CodeSealed = sealer.SealText(Purpose, link.Text + number.Value)!,
                RequestId = purpose.RequestId, Kind = purpose.Kind, Device = DeviceLabel.From(userAgent), IsPhone = DeviceLabel.IsPhone(userAgent),
                Place = places.Of(http), Trace = trace ?? TraceNumber.New().Digits, ShownAt = now, ExpiresAt = now + Lifetime,
            };
            var values = new
            {
                code.Id, screen, link = link.Hash, number = Index(number), code = code.CodeSealed, code.RequestId, code.Kind, code.Device, code.IsPhone,
                code.Place, code.Trace, now, expires = code.ExpiresAt, Channel,
            };
            if (await CountAsync(AddSql, values, ct) == 1) return code;
        }
        throw new InvalidOperationException($"{Tries} new screen numbers were all in use: their digits are not random, or far too many screens wait.");
    }

    /// <summary>The first phone that opens it gets the whole time to answer; after that nothing is prolonged.</summary>
    internal Task OpenAsync(ScreenCode code, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return code.OpenedAt is null ? CountAsync(OpenSql, new { code.Id, now, until = now + Lifetime, Channel }, ct) : Task.CompletedTask;
    }

    /// <summary>Writes the person's answer down, the first one alone; false when there is one, the time is over, or the session or the person
    /// is no longer good.</summary>
    internal async Task<bool> DecideAsync(ScreenCode code, Visitor visitor, string? role, bool allowed, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        // Whatever the screen does, it has a minute to take the answer.
        return await CountAsync(DecideSql, new { code.Id, now, allowed, visitor.AccountId, visitor.Sid, role, until = now.AddMinutes(1), Channel }, ct) == 1;
    }

    /// <summary>What the phone has allowed, once; null when there is nothing, or no longer.</summary>
    internal async Task<AllowedScreen?> SpendAsync(byte[] screen, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<AllowedScreen>(new CommandDefinition(SpendSql, new { screen, now = clock.GetUtcNow() }, cancellationToken: ct));
    }

    /// <summary>The screen's codes end at once.</summary>
    internal Task WithdrawAsync(byte[] screen, CancellationToken ct) => CountAsync(WithdrawSql, new { screen, now = clock.GetUtcNow(), Channel }, ct);

    /// <summary>Removes codes that ran out ten minutes ago; how many.</summary>
    internal async Task<int> PruneAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var removed = 0;
        for (var rows = PruneBatch; rows == PruneBatch; removed += rows)
            rows = await connection.ExecuteAsync(new CommandDefinition(PruneSql, new { before = clock.GetUtcNow().AddMinutes(-10), PruneBatch }, cancellationToken: ct));
        return removed;
    }

    /// <summary>The numbers that the question offers.</summary>
    internal IReadOnlyList<ScreenNumber> Choices(ScreenCode code) => code.Number.AmongOthers(SHA256.HashData(sealer.Index("signin.screen-choices", code.Link.Text)));

    private byte[] Index(ScreenNumber number) => sealer.Index("signin.screen-number", number.Value);

    private async Task<ScreenCode?> FindAsync(string sql, object values, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (await connection.QueryFirstOrDefaultAsync<ScreenCode>(new CommandDefinition(sql, values, cancellationToken: ct)) is not { } found) return null;
        var text = sealer.OpenText(Purpose, found.CodeSealed)!;
        return found with { Link = ScreenLink.TryParse(text[..^8])!, Number = ScreenNumber.TryParse(text[^8..])! };
    }

    private async Task<long> CountAsync(string sql, object values, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, values, cancellationToken: ct));
    }
}

/// <summary>What a phone has allowed its screen.</summary>
internal sealed record AllowedScreen
{
    public Guid AccountId { get; init; }
    /// <summary>The portal's <c>sub</c>.</summary>
    public string Subject { get; init; } = "";
    public string? Role { get; init; }
    public string Trace { get; init; } = "";
    public string? RequestId { get; init; }
    public string Kind { get; init; } = "";
    /// <summary>When the person proved himself on the phone, and how.</summary>
    public DateTimeOffset AuthenticatedAt { get; init; }
    public string[] Methods { get; init; } = [];
    public string PhoneTrace { get; init; } = "";
}
