using System.CommandLine;
using Aupd.Demo.Region;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>What ./run does: the whole service with the demo region on this machine.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var reset = new Option<bool>("--reset") { Description = "Starts afresh: the private database is deleted first." };
        var command = new Command("run", "Shows the whole service with the demo region: portal, school gateway, five services, worker.") { reset };
        command.SetAction(async (parsed, ct) =>
        {
            var configuration = CommonOptions.Settings(parsed, new() { ["OpenId:ClientsFile"] = DemoSeed.ClientsFile });
            if (parsed.GetValue(reset)) Reset(configuration);
            await using var shared = await SharedParts.OpenAsync(configuration, ct: ct);
            if (shared.IsGuest) throw new CommandException($"AUPD is already running with the data in {Path.GetFullPath(configuration["Database:Folder"] ?? "data")}.");
            await DemoSeed.PlantAsync(shared, Path.Combine(configuration["Database:Folder"] ?? "data", "region"), new ImportCommand.Progress(TextWriter.Null), ct);
            await using var service = await Service.StartAsync(shared, new ServedParts(true, true, true, true), ct);
            await Console.Out.WriteAsync(Welcome(shared));
            await Service.UntilAskedToStopAsync(ct);
            await Console.Out.WriteLineAsync("Stopping…");
            return CommandLine.Done;
        });
        return command;
    }

    private static void Reset(IConfiguration configuration)
    {
        var folder = Path.GetFullPath(configuration["Database:Folder"] ?? "data");
        if (!Directory.Exists(folder)) return;
        try
        {
            using var ownership = new FileStream(Path.Combine(folder, "owner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            foreach (var name in new[] { "postgres", "region", "socket" })
                if (Directory.Exists(Path.Combine(folder, name))) Directory.Delete(Path.Combine(folder, name), recursive: true);
            foreach (var name in new[] { "master.key", "postgres.log" }) File.Delete(Path.Combine(folder, name));
        }
        catch (IOException)
        {
            throw new CommandException($"AUPD is running with the data in {folder}: stop it before --reset.");
        }
    }

    private static string Welcome(SharedParts shared)
    {
        var text = new StringWriter();
        text.WriteLine();
        text.WriteLine($"  Школа / school gateway   {shared.Addresses.School}      ← начните здесь / start here");
        text.WriteLine($"  Портал / city portal     {shared.Addresses.Portal}");
        text.WriteLine($"  Сервисы / demo services  {shared.Addresses.Demo}");
        text.WriteLine($"  Письма и SMS / messages  {shared.Addresses.Portal}/dev/messages");
        text.WriteLine();
        var who = DemoPeople.All.Max(p => p.Who.Length);
        var login = DemoPeople.All.Max(p => p.SignInWith.Length);
        text.WriteLine($"  {"Кто".PadRight(who)}  {"Логин".PadRight(login)}  {"Пароль",-15}  Что видно");
        text.WriteLine($"  {new string('─', who)}  {new string('─', login)}  {new string('─', 15)}  {new string('─', 40)}");
        foreach (var p in DemoPeople.All) text.WriteLine($"  {p.Who.PadRight(who)}  {p.SignInWith.PadRight(login)}  {p.Password,-15}  {p.Shows}");
        text.WriteLine();
        text.WriteLine("  Ctrl-C останавливает всё / stops everything.");
        return text.ToString();
    }
}
