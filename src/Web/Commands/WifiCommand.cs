using System.CommandLine;
using Aupd.Registries.Doors;
using Aupd.Web.Sites;
using Aupd.Workplace.Doors;

namespace Aupd.Web.Commands;

/// <summary>The RADIUS servers of the schools' Wi-Fi, and whom they have not let in.</summary>
internal static class WifiCommand
{
    private const int LongestList = 200, LongestLogin = 64, LongestShown = 60;
    private static readonly Argument<string> Name = new("NAME") { Description = "1 to 32 small Latin letters, digits and hyphens." };

    public static Command Create() => new("wifi", "RADIUS servers of the schools' Wi-Fi, and refusals.") { new Command("server", "RADIUS servers.") { List(), Add(), NewKey(), Remove() }, Refusals() };

    private static Command List() => Make("list", "One line per server: name, schools, since when.", async (services, parsed, ct) =>
    {
        foreach (var s in await Servers(services).AllAsync(ct))
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{s.Name,-32} {(s.Schools.Count == 0 ? "all schools" : string.Join(',', s.Schools))}; since {s.MadeAt:yyyy-MM-dd}"
                + (s.OldKeyUntil is { } until ? $"; the key before works until {until:yyyy-MM-dd HH:mm}" : ""));
    });

    private static Command Add()
    {
        var schools = new Option<string[]>("--school") { Description = "NSI id of a school whose people it lets in; may be repeated. Without it: all schools." };
        var command = Make("add", "Makes a server known and prints its key, this once.", async (services, parsed, ct) =>
        {
            var name = NameOf(parsed);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(await Servers(services).AddAsync(name, await SchoolsAsync(services, parsed.GetValue(schools) ?? [], ct), "command", ct)
                ?? throw new CommandException($"There is a server {name} already; \"new-key\" gives it another key."));
        });
        command.Arguments.Add(Name);
        command.Options.Add(schools);
        return command;
    }

    private static Command NewKey()
    {
        var command = Make("new-key", "Makes a new key and prints it, this once; the one before it works for another day.", async (services, parsed, ct) =>
            await parsed.InvocationConfiguration.Output.WriteLineAsync(await Servers(services).NewKeyAsync(NameOf(parsed), "command", ct) ?? throw NoSuch(parsed)));
        command.Arguments.Add(Name);
        return command;
    }

    private static Command Remove()
    {
        var command = Make("remove", "Its keys open nothing any more.", async (services, parsed, ct) =>
        {
            if (!await Servers(services).RemoveAsync(NameOf(parsed), "command", ct)) throw NoSuch(parsed);
        });
        command.Arguments.Add(Name);
        return command;
    }

    private static Command Refusals()
    {
        var login = new Option<string?>("--login") { Description = "One person's alone." };
        var command = Make("refusals", "Who was not let in and why, the newest first; numbers are for \"trace\".", async (services, parsed, ct) =>
        {
            var whose = LoginOf(parsed.GetValue(login));
            foreach (var r in await Servers(services).RefusalsAsync(whose, LongestList, ct) ?? throw new CommandException($"Nobody has the login {whose}."))
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"{r.LastAt:yyyy-MM-dd HH:mm}  {r.Login ?? "(unknown)",-20} {r.Reason,-15} {r.Times,6}x  {r.Server} {r.AccessPoint}  {r.Trace}");
        });
        command.Options.Add(login);
        return command;
    }

    private static string NameOf(ParseResult parsed)
    {
        var name = parsed.GetValue(Name)!;
        return name is { Length: >= 1 and <= 32 } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? name
            : throw new CommandException("The name of a RADIUS server is 1 to 32 small Latin letters, digits and hyphens.");
    }

    // A misspelt one would let in nobody, and nobody would know why.
    private static async Task<IReadOnlyList<string>> SchoolsAsync(IServiceProvider services, string[] named, CancellationToken ct)
    {
        if (named.Length == 0) return [];
        var known = (await services.GetRequiredService<IOrganisations>().AllAsync(ct)).Select(o => o.NsiId).ToHashSet(StringComparer.Ordinal);
        var unknown = named.FirstOrDefault(n => !known.Contains(n));
        return unknown is null ? [.. named.Distinct(StringComparer.Ordinal)] : throw new CommandException($"There is no school with the NSI id \"{Shown(unknown)}\".");
    }

    private static string? LoginOf(string? login) => login is null || LongestLogin >= login.Length && login.Length > 0 && login.All(c => c is > ' ' and <= '~') ? login
        : throw new CommandException($"A login is 1 to {LongestLogin} Latin letters, digits and signs, without spaces; \"{Shown(login)}\" is none.");

    // A control character would write over the terminal.
    private static string Shown(string typed) => string.Concat(typed.Take(LongestShown).Select(c => char.IsControl(c) ? '?' : c));

    private static IRadiusServers Servers(IServiceProvider services) => services.GetRequiredService<IRadiusServers>();

    private static CommandException NoSuch(ParseResult parsed) => new($"There is no server {NameOf(parsed)}.");

    private static Command Make(string name, string description, Func<IServiceProvider, ParseResult, CancellationToken, Task> work)
    {
        var command = new Command(name, description);
        command.SetAction(async (parsed, ct) =>
        {
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var services = CommandServices.School(shared);
            await work(services, parsed, ct);
            return CommandLine.Done;
        });
        return command;
    }
}
