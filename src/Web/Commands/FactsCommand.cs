using System.CommandLine;
using Aupd.Kernel.Facts;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>What one part of the program has to tell another, or a service outside, and what could not be told for more than an hour.</summary>
internal static class FactsCommand
{
    private const int LongestList = 1000;

    public static Command Create() =>
        new("facts", "What the parts of the program tell each other and the services: changed roles, messages to people, sign-outs, …") { State(), Dead(), Replay() };

    private static Command State() => Make("state", "For each receiver: how many wait, how many of them have failed before, how many were given up.", async (facts, receivers, _, output, ct) =>
    {
        var all = await facts.CountsAsync(receivers, ct);
        if (all.Count == 0) await output.WriteLineAsync("Nothing waits, and nothing was given up.");
        foreach (var c in all)
        {
            var since = c.OldestAt is { } oldest ? $", the oldest since {oldest:yyyy-MM-dd HH:mm} UTC" : "";
            await output.WriteLineAsync($"{c.Receiver,-40} {c.Waiting} wait{since}; {c.Retried} of them have failed and are tried again; {c.Dead} given up");
        }
    });

    private static Command Dead() => Make("dead", $"Those that were given up after {OutboxPump.MaxAttempts} attempts, with the last error; {LongestList} at most.", async (facts, receivers, _, output, ct) =>
    {
        foreach (var d in await facts.ListAsync(receivers, LongestList, ct))
            await output.WriteLineAsync($"{d.Receiver,-40} {d.Key,-36} {d.CreatedAt:yyyy-MM-dd HH:mm}, given up {d.DeadAt:yyyy-MM-dd HH:mm}  {d.Error}");
    });

    private static Command Replay()
    {
        var key = new Option<string?>("--key") { Description = "Of one key alone, as \"facts dead\" shows it; without it, all that were given up." };
        var command = Make("replay", "Tries those again that were given up, in their order.", async (facts, receivers, parsed, output, ct) =>
            await output.WriteLineAsync($"{await facts.ReplayAsync(receivers, parsed.GetValue(key), "kernel.facts-replayed", "command", ct)} tried again."));
        command.Options.Add(key);
        return command;
    }

    private static Command Make(string name, string description, Func<DeadFacts, string, ParseResult, TextWriter, CancellationToken, Task> work)
    {
        var receiver = new Option<string>("--receiver") { Description = "Only receivers whose name begins so; without it, all.", DefaultValueFactory = _ => "" };
        var command = new Command(name, description) { receiver };
        command.SetAction(async (parsed, ct) =>
        {
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var services = CommandServices.School(shared);
            await work(services.GetRequiredService<DeadFacts>(), parsed.GetRequiredValue(receiver), parsed, parsed.InvocationConfiguration.Output, ct);
            return CommandLine.Done;
        });
        return command;
    }
}
