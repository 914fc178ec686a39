using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Aupd.Kernel.Data;

/// <summary>One numbered SQL file. Forward only; once landed it is never edited, its checksum is kept in the database.</summary>
public sealed record Migration(string Module, int Number, string Name, string Sql)
{
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}

/// <summary>The migrations of one module, read from its embedded files Migrations/NNNN_effect.sql.</summary>
public sealed record MigrationSet(string Module, IReadOnlyList<Migration> Migrations)
{
    public static MigrationSet EmbeddedIn(Assembly assembly, string module)
    {
        var found = assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal) && n.Contains(".Migrations."))
            .Select(n => Read(assembly, module, n)).OrderBy(m => m.Number).ToList();
        if (found.Select(m => m.Number).Distinct().Count() != found.Count)
            throw new InvalidOperationException($"Module {module} has two migrations of one number.");
        return new MigrationSet(module, found);
    }

    private static Migration Read(Assembly assembly, string module, string resource)
    {
        var file = resource[(resource.IndexOf(".Migrations.", StringComparison.Ordinal) + ".Migrations.".Length)..^".sql".Length];
        var cut = file.IndexOf('_', StringComparison.Ordinal);
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return new Migration(module, int.Parse(file[..cut], System.Globalization.CultureInfo.InvariantCulture), file[(cut + 1)..], reader.ReadToEnd());
    }
}
