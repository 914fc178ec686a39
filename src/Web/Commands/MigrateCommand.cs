using System.CommandLine;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Brings the database to this program's state. The other commands do so too.");
        command.SetAction(async (parsed, ct) =>
        {
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await Console.Out.WriteLineAsync("The database is up to date.");
            return CommandLine.Done;
        });
        return command;
    }
}
