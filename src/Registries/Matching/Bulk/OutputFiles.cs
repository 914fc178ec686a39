using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching.Bulk;

/// <summary>The two files of a bulk match, written beside their places and put there when both are whole: nobody sees half a
/// file.</summary>
internal sealed class OutputFiles : IDisposable
{
    private const string AsideEnding = ".aside.csv";
    private readonly string _out, _verdictsTemp, _asideTemp;

    public OutputFiles(string outFile)
    {
        _out = Path.GetFullPath(outFile);
        var mark = Guid.CreateVersion7().ToString("N");
        (_verdictsTemp, _asideTemp) = ($"{_out}.{mark}.tmp", $"{_out}{AsideEnding}.{mark}.tmp");
        try
        {
            Verdicts = Create(_verdictsTemp);
            Aside = Create(_asideTemp);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public FileStream Verdicts { get; }

    public FileStream Aside { get; } = null!;

    /// <summary>Null, or one sentence that says why these files cannot be written.</summary>
    public static string? WhyNot(BulkMatchOrder order)
    {
        var isNamed = !string.IsNullOrWhiteSpace(order.OutFile) && Path.GetFileName(order.OutFile).Length > 0;
        if (!isNamed) return "The output must be named as a file.";
        var path = Path.GetFullPath(order.OutFile);
        if (Directory.Exists(path) || Directory.Exists(path + AsideEnding)) return $"{path} is a folder; name a file for the verdicts.";
        if (!Directory.Exists(Path.GetDirectoryName(path))) return $"There is no folder {Path.GetDirectoryName(path)} for the verdicts.";
        // Both are put in place by a rename, which would replace the device itself.
        if (path.StartsWith("/dev/", StringComparison.Ordinal)) return $"{path} is a device; name a file for the verdicts.";
        string[] inputs = [order.AccountsFile, .. new[] { "organisations.csv", "staff.csv", "pupils.csv", "guardians.csv" }
            .Select(name => Path.Combine(order.RegistriesFolder, name))];
        var written = new[] { Real(path), Real(path + AsideEnding) };
        return inputs.Select(Real).Any(written.Contains) ? $"{path} would replace a file that is to be read." : null;
    }

    /// <summary>Puts both files in their places.</summary>
    public void Complete()
    {
        Aside.Dispose();
        Verdicts.Dispose();
        File.Move(_asideTemp, _out + AsideEnding, overwrite: true);
        File.Move(_verdictsTemp, _out, overwrite: true);
    }

    public void Dispose()
    {
        Verdicts?.Dispose();
        Aside?.Dispose();
        File.Delete(_verdictsTemp);
        File.Delete(_asideTemp);
    }

    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);

    private static string Real(string path) => File.Exists(path)
        ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path)
        : string.IsNullOrEmpty(path) ? "" : Path.GetFullPath(path);
}
