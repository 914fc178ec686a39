namespace Aupd.Workplace.ActiveDirectory;

/// <summary>The authorities of the settings as libldap wants them: a folder of PEM files. Made at first use, removed at the end.</summary>
internal sealed class TrustedFolder(DirectorySettings settings) : IDisposable
{
    private readonly Lazy<string> _path = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("aupd-authorities-").FullName;
        File.Copy(settings.CaFile, System.IO.Path.Combine(folder, "authorities.pem"));
        return folder;
    });

    public string Path => _path.Value;

    public void Dispose()
    {
        if (_path.IsValueCreated && Directory.Exists(_path.Value)) Directory.Delete(_path.Value, recursive: true);
    }
}
