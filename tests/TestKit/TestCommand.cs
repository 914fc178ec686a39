using System.Security.Cryptography;
using Aupd.Web.Commands;

namespace Aupd.TestKit;

/// <summary>A command of the program, typed in this process; <see cref="ProgramProcess"/> is the program as it is started.</summary>
public static class TestCommand
{
    /// <summary>Runs it on a database of <see cref="TestPostgres"/>; what it ends with, and all that it says.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string database, params string[] words)
    {
        var said = new StringWriter();
        var code = await CommandLine.RunAsync(
            [.. words, "--connection-string", database, "--set", "Secrets:MasterKey=" + Convert.ToBase64String(SHA256.HashData("tests"u8))], said);
        return (code, said.ToString());
    }
}
