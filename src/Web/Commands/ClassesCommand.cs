using System.CommandLine;
using Aupd.SignIn.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>Which teachers have named which classes as theirs.</summary>
internal static class ClassesCommand
{
    private const int LongestList = 100_000;

    public static Command Create()
    {
        var school = new Option<string?>("--school") { Description = "One school alone: its NSI id; without it, all." };
        var command = new Command("classes", "Lists who leads which class by his own word, and so makes badges for it. The look is recorded.") { school };
        command.SetAction(async (parsed, ct) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var services = CommandServices.School(shared);
            foreach (var c in await services.GetRequiredService<LedClasses>().ListAsync(parsed.GetValue(school), LongestList, "command", ct))
                await output.WriteLineAsync($"{c.OrgNsiId,-10} {c.ClassName,-6} {c.Teacher.Reveal()} ({c.StaffRecordId}), since {c.NamedAt:yyyy-MM-dd} until {c.ExpiresAt:yyyy-MM-dd}"
                    + (c.IsHeld ? "" : "; works there no more"));
            return CommandLine.Done;
        });
        return command;
    }
}
