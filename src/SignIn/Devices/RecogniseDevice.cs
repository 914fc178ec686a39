using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Aupd.SignIn.Sessions;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.SignIn.Devices;

/// <summary>Recognises a bound device by the token in its cookie, and changes the token; docs/decisions/0040-a-device-is-known-by-a-token-that-changes.md
/// tells how a copy is noticed. Signs nobody in.</summary>
internal sealed class RecogniseDevice(
    NpgsqlDataSource source, DeviceCookie cookie, EndSessions end, SessionCookie session, Sealer sealer, Places places, AuditTrail audit,
    SignInSettings settings, TimeProvider clock)
{
    private readonly byte[] _key = sealer.Key("signin.device-token");

    private const string IsCurrent = "d.token_hash = @token";
    private const string IsGood = $"({IsCurrent} or d.previous_hash = @token and (d.confirmed_at is null or d.confirmed_at > @graceSince))";
    private const string Rotates = $"{IsCurrent} and d.rotated_at <= @rotateBefore";

    // One statement: of racing requests each sees what the one before it has written. Any token of the family that is neither the newest nor the
    // one before was good once, and is a copy.
    private const string UseSql = $"""
        update signin.device d set
               previous_hash = case when {Rotates} then d.token_hash else d.previous_hash end,
               token_hash = case when {Rotates} then @next else d.token_hash end,
               rotated_at = case when {Rotates} then @now else d.rotated_at end,
               confirmed_at = case when {Rotates} then null when {IsCurrent} then coalesce(d.confirmed_at, @now) else d.confirmed_at end,
               session_sid = case when {IsGood} and d.account_id = @visitor::uuid then @sid::text else d.session_sid end,
               seen_at = case when {IsGood} then @now else d.seen_at end,
               place = case when {IsGood} then @place else d.place end,
               expires_at = case when {IsGood} then @keepUntil else d.expires_at end,
               unbound_at = case when {IsGood} then null else @now end,
               unbound_why = case when {IsGood} then null else 'copied' end
         where d.family_hash = @family and d.unbound_at is null and d.expires_at > @now
        returning d.id, d.account_id, d.name, d.role, d.service, d.kind, d.bound_at, d.seen_at, d.place, d.unbound_at, d.session_sid, d.token_hash = @next as is_next
        """;

    private sealed record Used
    {
        public bool IsNext { get; init; }
    }

    /// <param name="visitor">Who is signed in at this browser, whoever that is.</param>
    internal async Task<Recognition> RunAsync(HttpContext http, Visitor? visitor, CancellationToken ct)
    {
        if (!cookie.IsPresent(http)) return new Recognition.Unknown();
        if (cookie.Read(http) is not { } token || await UseAsync(http, token, visitor, ct) is not { } used)
        {
            cookie.Drop(http);
            return new Recognition.Unknown();
        }
        if (used.Device.UnboundAt is not null)
        {
            await EndAsync(http, used.Device, visitor, ct);
            return new Recognition.Copied(used.Device);
        }
        if (used.IsNext) cookie.Set(http, token.Next(_key));
        return new Recognition.Known(used.Device);
    }

    private async Task<(Device Device, bool IsNext)?> UseAsync(HttpContext http, DeviceToken token, Visitor? visitor, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var of = settings.Devices;
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Device, Used, (Device, bool)>(new CommandDefinition(UseSql, new
        {
            family = token.FamilyHash, token = token.Hash, next = token.Next(_key).Hash, now, rotateBefore = now.AddMinutes(-of.RotateMinutes),
            graceSince = now.AddSeconds(-of.GraceSeconds), visitor = visitor?.AccountId, sid = visitor?.Sid, place = places.Of(http),
            keepUntil = now.AddDays(of.KeepDays),
        }, cancellationToken: ct), (device, used) => (device, used.IsNext), "is_next");
        return rows.Select(r => ((Device, bool)?)r).FirstOrDefault();
    }

    // Whoever shows the copy may be the thief or the owner: nobody is let on by either side's session.
    private async Task EndAsync(HttpContext http, Device device, Visitor? visitor, CancellationToken ct)
    {
        cookie.Drop(http);
        await audit.WriteAsync(new AuditLine("signin.device-unbound", "system", device.AccountId.ToString(), null,
            new { device = device.Id, why = "copied", place = places.Of(http) }), CancellationToken.None);
        if (device.SessionSid is { } sid) await end.OneAsync(sid, device.AccountId, "device-copied", CancellationToken.None);
        if (visitor?.AccountId != device.AccountId) return;
        session.DropSession(http);
        if (visitor.Sid != device.SessionSid) await end.OneAsync(visitor.Sid, visitor.AccountId, "device-copied", CancellationToken.None);
    }
}
