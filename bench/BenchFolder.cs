using Microsoft.Extensions.Configuration;

namespace Aupd.Bench;

/// <summary>A folder for one benchmark: a private cluster in <see cref="Data"/>, registry files in <see cref="Files"/>; goes when it is over.</summary>
internal sealed class BenchFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("aupd-bench-").FullName;

    public BenchFolder()
    {
        // The server runs as the user postgres, who must be able to pass.
        File.SetUnixFileMode(_root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        Files = Directory.CreateDirectory(Path.Combine(_root, "files")).FullName;
    }

    public string Data => Path.Combine(_root, "data");
    public string Files { get; }

    public IConfiguration Configuration => new ConfigurationBuilder()
        .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Database:Folder", Data)]).Build();

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
