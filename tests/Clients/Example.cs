using System.Text.Json;

namespace Aupd.Clients;

/// <summary>The examples of docs/integrate, where they stand in the checkout.</summary>
internal static class Example
{
    private static readonly string Root = FindRoot();

    /// <param name="relative">To docs/integrate.</param>
    public static string File(string relative) => Path.Combine(Root, "docs", "integrate", relative);

    /// <summary>What ./test installs from npm.</summary>
    public static string NodeModules => Path.Combine(Root, "artifacts", "npm", "node_modules");

    /// <summary>The secret that a registration names; a developer has it in the settings of the service.</summary>
    public static string Secret(string file) =>
        JsonDocument.Parse(System.IO.File.ReadAllText(File(file))).RootElement.GetProperty("secret").GetString()!;

    /// <summary>A folder of its own with the Node examples and their packages.</summary>
    public static string NodeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("aupd-node").FullName;
        foreach (var file in Directory.GetFiles(File("node"), "*.mjs")) System.IO.File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), NodeModules);
        return folder;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Aupd.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not stand in a checkout.");
    }
}
