using System.Globalization;

namespace Aupd.Bench.Provider;

/// <summary>What <c>bench provider</c> is asked for.</summary>
/// <param name="Seconds">How long each operation is driven.</param>
/// <param name="WarmSeconds">How long before that, uncounted: the program compiles what is called often once more, which takes its time where
/// it is called tens of times a second.</param>
/// <param name="Connections">Requests under way at once, each over a connection of its own that is kept.</param>
/// <param name="Only">Operations to drive, by the first word of their names; empty: all.</param>
internal sealed record Options(int Seconds, int WarmSeconds, int Connections, long Sessions, long RefreshTokens, IReadOnlyList<string> Only)
{
    private static readonly string[] Names = ["jwks", "client", "refresh", "flow", "userinfo", "introspection", "redemption", "password", "bare"];

    public bool Wants(string name) => Only.Count == 0 || Only.Contains(name.Split(' ')[0]);

    /// <summary>Null when an argument is not understood.</summary>
    public static Options? Parse(string[] args)
    {
        var options = new Options(10, 10, 16, 0, 0, []);
        if (args.Length % 2 != 0) return null;
        for (var i = 0; i < args.Length; i += 2)
        {
            var number = long.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var n) ? n : -1;
            if (args[i] == "--only")
            {
                options = options with { Only = args[i + 1].Split(',') };
                if (!options.Only.All(Names.Contains)) return null;
                continue;
            }
            if (number < 0) return null;
            switch (args[i])
            {
                case "--seconds": options = options with { Seconds = (int)number }; break;
                case "--warm": options = options with { WarmSeconds = (int)number }; break;
                case "--connections": options = options with { Connections = (int)number }; break;
                case "--sessions": options = options with { Sessions = number }; break;
                case "--refresh-tokens": options = options with { RefreshTokens = number }; break;
                default: return null;
            }
        }
        return options;
    }
}
