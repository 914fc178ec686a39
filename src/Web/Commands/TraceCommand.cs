using System.CommandLine;
using Aupd.Kernel.Audit;
using Aupd.SignIn.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>What support does with the trace number that a person reads out.</summary>
internal static class TraceCommand
{
    public static Command Create()
    {
        var number = new Argument<string>("NUMBER") { Description = "Ten digits, in any spelling: 123-456-7890." };
        var english = new Option<bool>("--english") { Description = "In English; else in Russian." };
        var command = new Command("trace", "Explains one sign-in to support: its steps, what was compared, what to do. The look is recorded.") { number, english };
        command.SetAction(async (parsed, ct) =>
        {
            if (TraceNumber.TryParse(parsed.GetValue(number)) is not { } trace)
            {
                await Console.Error.WriteLineAsync($"\"{parsed.GetValue(number)}\" is no trace number: it has ten digits, such as 123-456-7890.");
                return CommandLine.CannotRead;
            }
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var services = CommandServices.School(shared);
            var lines = await services.GetRequiredService<TraceReport>().RunAsync(trace, !parsed.GetValue(english), "command", ct);
            foreach (var line in lines) await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
            return lines.Count > 0 ? CommandLine.Done : throw new CommandException($"No sign-in has the number {trace}.");
        });
        return command;
    }
}
