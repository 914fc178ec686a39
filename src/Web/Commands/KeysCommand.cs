using System.CommandLine;
using Aupd.OpenId.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>The signing keys of the two providers.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var portal = new Option<bool>("--portal") { Description = "The portal's keys; without it the school gateway's." };
        var leaked = new Option<bool>("--leaked") { Description = "The old keys leaked: they are withdrawn at once, tokens signed with them fail." };
        var rotate = new Command("rotate", "Makes new signing keys; the old ones verify until their last token has expired.") { portal, leaked };
        rotate.SetAction(async (parsed, ct) =>
        {
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var services = parsed.GetValue(portal) ? CommandServices.Portal(shared) : CommandServices.School(shared);
            foreach (var kid in await services.GetRequiredService<ISigningKeys>().RotateAsync(null, parsed.GetValue(leaked), ct))
                await Console.Out.WriteLineAsync($"New key {kid}");
            return CommandLine.Done;
        });
        return new Command("keys", "The signing keys of the providers.") { rotate };
    }
}
