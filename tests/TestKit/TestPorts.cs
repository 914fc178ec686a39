using System.Net;
using System.Net.Sockets;

namespace Aupd.TestKit;

/// <summary>Ports to listen on. A test process has a hundred to itself, below those that the kernel lends to connections (32768 and up): the file
/// of its hundred is locked for as long as it lives, so that test processes side by side never take each other's between the look and the use.</summary>
public static class TestPorts
{
    private const int First = 10_000, Hundreds = 220;
    private static readonly Lazy<(int Base, FileStream Lock)> Mine = new(Claim);
    private static int _next;

    /// <summary>Ports on which nobody listens, each another one; a hundred calls go by before one comes again.</summary>
    public static int[] Free(int count)
    {
        var ports = new int[count];
        for (int found = 0, tries = 0; found < count; tries++)
        {
            if (tries == 1_000) throw new InvalidOperationException("Everything from port " + Mine.Value.Base + " on is taken.");
            var port = Mine.Value.Base + Interlocked.Increment(ref _next) % 100;
            if (IsFree(port)) ports[found++] = port;
        }
        return ports;
    }

    private static (int, FileStream) Claim()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "aupd-test-ports-" + Environment.UserName)).FullName;
        var from = Random.Shared.Next(Hundreds);
        for (var i = 0; i < Hundreds; i++)
        {
            var first = First + (from + i) % Hundreds * 100;
            try { return (first, new FileStream(Path.Combine(folder, $"{first}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)); }
            catch (IOException) { }
        }
        throw new InvalidOperationException($"All ports of {folder} are taken.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try { listener.Start(); }
        catch (SocketException) { return false; }
        return true;
    }
}
