using System.CommandLine;
using Aupd.Desk.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>Requests from the "Написать нам" form. Every look at one is recorded.</summary>
internal static class SupportCommand
{
    public static Command Create()
    {
        var list = new Command("list", "Open requests, the oldest first.");
        list.SetAction((parsed, ct) => WithAsync(parsed, async requests =>
        {
            foreach (var r in await requests.OpenAsync(200, ct)) await Console.Out.WriteLineAsync($"{r.Number,6}  {r.CreatedAt:yyyy-MM-dd HH:mm}  {r.Topic,-12} {r.Trace?.Formatted,-12} {r.School}");
            return CommandLine.Done;
        }, ct));
        var number = new Argument<long>("NUMBER") { Description = "The number the person was given." };
        var read = new Command("read", "One request whole.") { number };
        read.SetAction((parsed, ct) => WithAsync(parsed, async requests =>
        {
            var r = await requests.ReadAsync(parsed.GetValue(number), "command", ct) ?? throw new CommandException("There is no request of that number.");
            await Console.Out.WriteLineAsync($"{r.Name.Reveal()}\n{r.Snils?.Formatted}\n{r.Contact}\n{r.Line.School}\n\n{r.Text}");
            return CommandLine.Done;
        }, ct));
        var close = new Command("close", "Marks a request as done.") { number };
        close.SetAction((parsed, ct) => WithAsync(parsed, async requests =>
            await requests.CloseAsync(parsed.GetValue(number), "command", ct) ? CommandLine.Done : throw new CommandException("There is no open request of that number."), ct));
        return new Command("support", "Requests from the \"write to us\" form.") { list, read, close };
    }

    private static async Task<int> WithAsync(ParseResult parsed, Func<ISupportRequests, Task<int>> work, CancellationToken ct)
    {
        await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
        await using var services = CommandServices.School(shared);
        await using var scope = services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<ISupportRequests>());
    }
}
