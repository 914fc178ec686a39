using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.SignIn.Sessions;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.SignIn.Devices;

internal abstract record BindOutcome
{
    private BindOutcome() { }
    internal sealed record Bound : BindOutcome;
    /// <summary>A sign-in on somebody else's computer, or a panel of a school.</summary>
    internal sealed record NotHere : BindOutcome;
    internal sealed record TooMany(int Most) : BindOutcome;
}

/// <summary>Binds the browser of a session to a role and a service. What was bound in it before, by whomever, is unbound.</summary>
internal sealed class BindDevice(
    NpgsqlDataSource source, DeviceCookie cookie, Places places, AuditTrail audit, SignInSettings settings, TimeProvider clock)
{
    // Of one person's bindings one happens at a time: the count holds, and one session has one device.
    private const string LockSql = "select id from signin.account where id = @account for no key update";

    private const string UnbindSql = """
        update signin.device set unbound_at = @now, unbound_why = case when account_id = @account then 'bound-anew' else 'another-person' end
         where unbound_at is null and (family_hash = @family::bytea or session_sid = @sid and account_id = @account)
        returning id, account_id
        """;

    private const string BindSql = """
        insert into signin.device (id, account_id, name, role, service, kind, family_hash, token_hash, rotated_at, confirmed_at, session_sid, bound_at, seen_at,
               place, expires_at)
        select @id, @account, @name, @role, @service, @kind, @newFamily, @token, @now, null, @sid, @now, @now, @place, @keepUntil
         where (select count(*) from signin.device where account_id = @account and unbound_at is null and expires_at > @now) < @most
        """;

    internal static bool IsAllowedIn(string sessionKind) => sessionKind is SessionKind.Usual or SessionKind.Qr;

    /// <param name="name">Checked by <see cref="DeviceName"/>.</param>
    /// <param name="pin">A role that the visitor holds and a service that it opens.</param>
    internal async Task<BindOutcome> RunAsync(HttpContext http, Visitor visitor, string name, DevicePin pin, CancellationToken ct)
    {
        if (!IsAllowedIn(visitor.Kind)) return new BindOutcome.NotHere();
        var (now, token, of) = (clock.GetUtcNow(), DeviceToken.New(), settings.Devices);
        var values = new
        {
            id = Guid.CreateVersion7(now), account = visitor.AccountId, name, role = pin.Role, service = pin.Service,
            kind = DeviceLabel.From(http.Request.Headers.UserAgent), family = cookie.Read(http)?.FamilyHash, newFamily = token.FamilyHash, token = token.Hash, now,
            sid = visitor.Sid, place = places.Of(http), keepUntil = now.AddDays(of.KeepDays), most = of.MostPerPerson,
        };
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(LockSql, values, cancellationToken: ct));
        var before = (await connection.QueryAsync<Device>(new CommandDefinition(UnbindSql, values, cancellationToken: ct))).AsList();
        if (await connection.ExecuteAsync(new CommandDefinition(BindSql, values, cancellationToken: ct)) == 0) return new BindOutcome.TooMany(of.MostPerPerson);
        foreach (var device in before)
            await audit.WriteAsync(connection, new AuditLine("signin.device-unbound", visitor.AccountId.ToString(), device.AccountId.ToString(), visitor.Trace,
                new { device = device.Id, why = device.AccountId == visitor.AccountId ? "bound-anew" : "another-person" }), ct);
        await audit.WriteAsync(connection, new AuditLine("signin.device-bound", visitor.AccountId.ToString(), null, visitor.Trace,
            new { device = values.id, pin.Role, pin.Service }), ct);
        await transaction.CommitAsync(ct);
        cookie.Set(http, token);
        return new BindOutcome.Bound();
    }
}

/// <summary>What a person may call a device.</summary>
internal static class DeviceName
{
    internal const int Longest = 40;

    /// <summary>One line of visible text, without spaces around; null for anything else.</summary>
    internal static string? TryParse(string? typed)
    {
        var name = typed?.Trim();
        return name is { Length: > 0 and <= Longest } && name.All(IsShown) && !HasHalves(name) ? name : null;
    }

    private static bool IsShown(char c) => char.GetUnicodeCategory(c) is not (System.Globalization.UnicodeCategory.Control
        or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);

    // Half of a surrogate pair is no letter, and PostgreSQL takes none.
    private static bool HasHalves(string name) => name.EnumerateRunes().Any(r => r == System.Text.Rune.ReplacementChar);
}
