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
        var command = new Command("client", "Lists, registers and removes services that sign people in through us.") { List(), Add(), Secret(), Remove() };
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

    private static Command Secret()
    {
        var id = new Argument<string>("CLIENT") { Description = "The client_id." };
        var retire = new Option<bool>("--retire") { Description = "Ends all secrets but the latest, when the service uses that one." };
        var command = new Command("secret", "Makes a new secret and prints it, this once; the one before it works on until it is retired.") { id, retire };
        command.SetAction((parsed, ct) => WithAsync<IClientSecrets>(parsed, async secrets =>
        {
            var clientId = parsed.GetValue(id)!;
            switch (parsed.GetValue(retire) ? await secrets.RetireAsync(clientId, ct) : await secrets.AddAsync(clientId, ct))
            {
                // Alone on its line, so that a script can take it; what a person reads goes to the other stream.
                case ChangeSecretOutcome.Added added:
                    await Console.Out.WriteLineAsync(added.Secret);
                    await Console.Error.WriteLineAsync($"The secret before works as well. When {clientId} uses the new one: client secret {clientId} --retire");
                    return CommandLine.Done;
                case ChangeSecretOutcome.Retired:
                    await Console.Error.WriteLineAsync($"The latest secret of {clientId} alone works now.");
                    return CommandLine.Done;
                case var other: throw new CommandException(Obstacle(other, clientId));
            }
        }, ct));
        return command;
    }

    private static string Obstacle(ChangeSecretOutcome outcome, string clientId) => outcome switch
    {
        ChangeSecretOutcome.NoSuchClient => $"There is no client {clientId}.",
        ChangeSecretOutcome.OfTheFile => $"{clientId} stands in the clients' file: put the new secret into secretHashes there, beside the old one, and take that out later.",
        ChangeSecretOutcome.NoSecret => $"{clientId} does not prove itself by a secret.",
        ChangeSecretOutcome.NoOldSecret => $"{clientId} has one secret: make the new one first.",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Command Remove()
    {
        var id = new Argument<string>("CLIENT") { Description = "The client_id." };
        var command = new Command("remove", "Removes a client; its grants end with it.") { id };
        command.SetAction((parsed, ct) => WithClientsAsync(parsed, async clients =>
            await clients.RemoveAsync(parsed.GetValue(id)!, ct) ? CommandLine.Done : throw new CommandException($"There is no client {parsed.GetValue(id)}."), ct));
        return command;
    }

    private static Task<int> WithClientsAsync(ParseResult parsed, Func<IClients, Task<int>> work, CancellationToken ct) => WithAsync(parsed, work, ct);

    private static async Task<int> WithAsync<T>(ParseResult parsed, Func<T, Task<int>> work, CancellationToken ct) where T : notnull
    {
        await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
        await using var services = parsed.GetValue(OfPortal) ? CommandServices.Portal(shared) : CommandServices.School(shared);
        return await work(services.GetRequiredService<T>());
    }
}
