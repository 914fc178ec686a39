using System.Diagnostics;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>The authority and certificate of a RADIUS server, made by the very script that a region runs; and another authority.</summary>
public sealed class Certificates : IDisposable
{
    public static readonly string Deploy = Path.Combine(AppContext.BaseDirectory, "freeradius");

    public string Folder { get; } = $"/tmp/aupd-wifi-certificates-{Guid.NewGuid():N}";
    public string Ca => Path.Combine(Folder, "ca.pem");
    public string OtherCa => Path.Combine(Folder, "other", "ca.pem");

    public void Make()
    {
        Run(Folder, WifiSchool.ServerName);
        Run(Path.Combine(Folder, "other"), "radius.elsewhere.test");
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static void Run(string folder, string name)
    {
        using var made = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Deploy, "make-certificates.sh"), folder, name, "Школа"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var told = made.StandardError.ReadToEndAsync();
        made.StandardOutput.ReadToEnd();
        made.WaitForExit();
        Assert.True(made.ExitCode == 0, told.Result);
    }
}
