using System.CommandLine;
using Aupd.Kernel.Data;
using Aupd.Kernel.Settings;
using Aupd.OpenId.Doors;
using Npgsql;

namespace Aupd.Web.Commands;

/// <summary>The program's command line. Every command ends with 0 (done), 1 (not done, one sentence says why) or 2 (the files or the
/// words given to it cannot be read).</summary>
internal static class CommandLine
{
    public const int Done = 0, NotDone = 1, CannotRead = 2;

    /// <param name="output">Where the answers go; the console unless given.</param>
    public static async Task<int> RunAsync(string[] args, TextWriter? output = null)
    {
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        if (output is not null) (invocation.Output, invocation.Error) = (output, output);
        var root = new RootCommand("AUPD: one sign-in and one access-rights service for all the schools of a region.")
        {
            RunCommand.Create(), ServeCommand.Create(), MigrateCommand.Create(), ImportCommand.Create(), MatchCommand.Create(), TraceCommand.Create(), ClientCommand.Create(), KeysCommand.Create(),
            PortalCommand.Create(), SupportCommand.Create(), ClassesCommand.Create(), FactsCommand.Create(), WorkplaceCommand.Create(), WifiCommand.Create(), SettingsCommand.Create(),
        };
        foreach (var option in CommonOptions.All) root.Options.Add(option);
        var parsed = root.Parse(args);
        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (Exception e) when (Sentence(e) is { } sentence)
        {
            await invocation.Error.WriteLineAsync(sentence);
            return e is SettingsException ? CannotRead : NotDone;
        }
    }

    // Faults that an administrator can mend are told in a sentence; anything else is a bug and keeps its stack trace.
    private static string? Sentence(Exception e) => e switch
    {
        SettingsException or EmbeddedPostgresException or MigrationException or CommandException or SigningKeyException => e.Message,
        PostgresException p => $"The database refused: {p.MessageText} ({p.SqlState}).",
        NpgsqlException n => $"The database cannot be reached: {n.Message}",
        OperationCanceledException => "Stopped.",
        _ => null,
    };
}

/// <summary>A command cannot go on; the message is one sentence for the person who typed it.</summary>
internal sealed class CommandException(string message) : Exception(message);
