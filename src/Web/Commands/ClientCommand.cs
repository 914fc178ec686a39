using System.CommandLine;
using Aupd.OpenId.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>The registered clients of the school gateway or of the portal.</summary>
internal static class ClientCommand
{
    private static readonly Option<bool> OfPortal = new("--portal") { Description = "The portal's clients; without it the school gateway's.", Recursive = true };

    public static Command Create()
    {
        var command = new Command("client", "Lists, registers and removes services that sign people in through us.") { List(), Add(), Remove() };
        command.Options.Add(OfPortal);
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "One line per client.");
        command.SetAction((parsed, ct) => WithClientsAsync(parsed, async clients =>
        {
            foreach (var c in await clients.AllAsync(ct)) await Console.Out.WriteLineAsync($"{c.ClientId,-20} {c.Type,-12} {c.Name}");
            return CommandLine.Done;
        }, ct));
        return command;
    }

    private static Command Add()
    {
        var file = new Argument<string>("FILE") { Description = "A client as it stands in clients.json: one object." };
        var command = new Command("add", "Registers a client, or replaces the one of its id.") { file };
        command.SetAction((parsed, ct) => WithClientsAsync(parsed, async clients =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path)) throw new CommandException($"There is no file {path}.");
            switch (await clients.RegisterAsync(await File.ReadAllTextAsync(path, ct), ct))
            {
                case RegisterClientOutcome.Registered registered:
                    await Console.Out.WriteLineAsync($"Registered {registered.Client.ClientId}.");
                    return CommandLine.Done;
                case RegisterClientOutcome.Refused refused:
                    foreach (var fault in refused.Faults) await Console.Error.WriteLineAsync(fault);
                    return CommandLine.CannotRead;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }, ct));
        return command;
    }

    private static Command Remove()
    {
        var id = new Argument<string>("CLIENT") { Description = "The client_id." };
        var command = new Command("remove", "Removes a client; its grants end with it.") { id };
        command.SetAction((parsed, ct) => WithClientsAsync(parsed, async clients =>
            await clients.RemoveAsync(parsed.GetValue(id)!, ct) ? CommandLine.Done : throw new CommandException($"There is no client {parsed.GetValue(id)}."), ct));
        return command;
    }

    private static async Task<int> WithClientsAsync(ParseResult parsed, Func<IClients, Task<int>> work, CancellationToken ct)
    {
        await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
        await using var services = parsed.GetValue(OfPortal) ? CommandServices.Portal(shared) : CommandServices.School(shared);
        return await work(services.GetRequiredService<IClients>());
    }
}
