using System.Text;
using Aupd.Registries.Files;

namespace Aupd.Registries.Imports;

/// <summary>The report of rows put aside: <c>file;line;column;reason</c>, no value of any row. Written beside its final name and moved
/// there when whole; always written, so that the report of an earlier run is never taken for this one's.</summary>
internal sealed class AsideReport : IDisposable
{
    public const string FileName = "import.aside.csv";
    private readonly StreamWriter _text;
    private readonly string _unfinished;
    private bool _finished;

    private AsideReport(string path)
    {
        FullPath = path;
        _unfinished = $"{path}.{Guid.CreateVersion7():N}";
        _text = new StreamWriter(_unfinished, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        _text.WriteLine("file;line;column;reason");
    }

    public string FullPath { get; }
    public int Rows { get; private set; }

    /// <summary>The report, or one sentence that says why it cannot be written there.</summary>
    public static (AsideReport? Report, string? Unwritable) Create(string folder)
    {
        try { return (new AsideReport(Path.Combine(Path.GetFullPath(folder), FileName)), null); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return (null, $"The report of rows put aside cannot be written: {e.Message} Set Registries:ReportFolder to a folder that can be written to.");
        }
    }

    public void Add(AsideRow row)
    {
        Rows++;
        _text.WriteLine($"{row.File};{row.Line};{Quote(row.Column)};{row.Reason}");
    }

    public void Finish()
    {
        _text.Dispose();
        File.Move(_unfinished, FullPath, overwrite: true);
        _finished = true;
    }

    // A column that the contract does not know may be called anything.
    private static string Quote(string column) =>
        column.AsSpan().IndexOfAny(";\"\r\n") < 0 ? column : $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public void Dispose()
    {
        _text.Dispose();
        if (!_finished) File.Delete(_unfinished);
    }
}
