using System.CommandLine;
using Aupd.Registries.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

internal static class ImportCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with organisations.csv, staff.csv, pupils.csv, guardians.csv." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would change and change nothing." };
        var changes = new Option<bool>("--changes") { Description = "The files hold changed rows only; rows that are not there stay." };
        var allow = new Option<bool>("--allow-large-removal") { Description = "Go on though more rows would be removed than Registries:MaxRemovalPercent." };
        var command = new Command("import", "Imports the registries of the region.") { folder, dryRun, changes, allow };
        command.SetAction(async (parsed, ct) =>
        {
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var services = CommandServices.School(shared);
            var order = new ImportOrder(parsed.GetValue(folder)!, parsed.GetValue(dryRun), parsed.GetValue(allow), parsed.GetValue(changes), "command");
            var outcome = await services.GetRequiredService<IImport>().RunAsync(order, new Progress(Console.Error), ct);
            return await ReportAsync(outcome);
        });
        return command;
    }

    public static async Task<int> ReportAsync(ImportOutcome outcome)
    {
        switch (outcome)
        {
            case ImportOutcome.Applied applied:
                foreach (var c in applied.Counts)
                    await Console.Out.WriteLineAsync($"{c.Registry,-14} +{c.Added} ~{c.Changed} -{c.Removed} ={c.Unchanged}");
                if (applied.AsideRows > 0) await Console.Out.WriteLineAsync($"{applied.AsideRows} rows put aside: {applied.AsideFile}");
                await Console.Out.WriteLineAsync(applied.DryRun ? "Nothing was changed (dry run)." : "Imported.");
                return CommandLine.Done;
            case ImportOutcome.Unreadable unreadable:
                await Console.Error.WriteLineAsync(unreadable.Sentence);
                return CommandLine.CannotRead;
            case ImportOutcome.TooManyRemovals many:
                await Console.Error.WriteLineAsync(
                    $"The import would remove {many.Removed} of {many.Present} rows of {many.Registry}, more than {many.LimitPercent:0.##} %. Nothing was changed. If that is right: --allow-large-removal.");
                return CommandLine.NotDone;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Writes at once; the framework's own posts to a context and may come out of order.</summary>
    internal sealed class Progress(TextWriter to) : IProgress<string>
    {
        public void Report(string value) => to.WriteLine(value);
    }
}
