using System.CommandLine;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

internal static class ServeCommand
{
    public static Command Create()
    {
        var portal = new Option<bool>("--portal") { Description = "The city portal." };
        var school = new Option<bool>("--school") { Description = "The school gateway." };
        var demo = new Option<bool>("--demo") { Description = "The demo services." };
        var worker = new Option<bool>("--worker") { Description = "The work that can wait: facts, key rotation, clean-up." };
        var command = new Command("serve", "Serves the chosen parts, all of them by default. Any number of nodes may serve one database.") { portal, school, demo, worker };
        command.SetAction(async (parsed, ct) =>
        {
            var parts = new ServedParts(parsed.GetValue(portal), parsed.GetValue(school), parsed.GetValue(demo), parsed.GetValue(worker));
            if (parts == new ServedParts(false, false, false, false)) parts = new ServedParts(true, true, true, true);
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var service = await Service.StartAsync(shared, parts, ct);
            foreach (var line in service.Addresses) await Console.Out.WriteLineAsync(line);
            await Service.UntilAskedToStopAsync(ct);
            return CommandLine.Done;
        });
        return command;
    }
}
