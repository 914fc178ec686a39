using System.CommandLine;
using System.Globalization;
using Aupd.Kernel.Pages;
using Aupd.Kernel.Settings;
using Aupd.Registries.Doors;

namespace Aupd.Web.Commands;

/// <summary>The matching tried on paper: no database is opened.</summary>
internal static class MatchCommand
{
    public static Command Create()
    {
        var registries = new Option<string>("--registries") { Description = "Folder with the registry files.", Required = true };
        var accounts = new Option<string>("--accounts") { Description = "File of portal accounts.", Required = true };
        var output = new Option<string>("--out") { Description = "File for the verdicts; rows put aside go beside it, with .aside.csv at the end.", Required = true };
        var today = new Option<string?>("--today") { Description = "The day on which contracts count, yyyy-MM-dd; without it the date in the region's time zone." };
        var command = new Command("match", "Compares a file of accounts with registry files and changes nothing.") { registries, accounts, output, today };
        command.SetAction(async (parsed, ct) =>
        {
            var configuration = CommonOptions.Settings(parsed);
            var order = new BulkMatchOrder(parsed.GetValue(registries)!, parsed.GetValue(accounts)!, parsed.GetValue(output)!, Day(parsed.GetValue(today), configuration));
            switch (BulkMatch.Run(order, new ImportCommand.Progress(Console.Error), ct))
            {
                case BulkMatchOutcome.Written written:
                    foreach (var line in written.Summary) await Console.Error.WriteLineAsync(line);
                    return CommandLine.Done;
                case BulkMatchOutcome.Unusable unusable:
                    await Console.Error.WriteLineAsync(unusable.Sentence);
                    return CommandLine.CannotRead;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        });
        return command;
    }

    private static DateOnly Day(string? text, IConfiguration configuration)
    {
        if (text is null)
        {
            var zone = SettingsModule.Read<RegionSettings>(configuration, RegionSettings.Section).Zone();
            return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), zone).Date);
        }
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
            : throw new SettingsException($"--today \"{text}\" is not a date of the form yyyy-MM-dd.");
    }
}
