using System.Globalization;
using System.Text;
using QRCoder;

namespace Aupd.Portal.SecondFactor;

/// <summary>A secret as an app takes it in: a square to be scanned, an address to be pressed, letters to be typed.</summary>
/// <param name="Path">SVG path of the dark squares; one unit to a square, four units of margin.</param>
/// <param name="Groups">Base32 in groups of four.</param>
internal sealed record AppSetup(string Uri, string Path, int Size, string Groups)
{
    public static AppSetup Of(string key, string issuer, string label)
    {
        // As short as apps understand: what they take for granted is left out, and Russian letters cost six characters each.
        var uri = $"otpauth://totp/{System.Uri.EscapeDataString(label)}?secret={key}&issuer={System.Uri.EscapeDataString(issuer)}";
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(uri, QRCodeGenerator.ECCLevel.L);
        return new AppSetup(uri, PathOf(code), code.ModuleMatrix.Count, string.Join(' ', key.Chunk(4).Select(c => new string(c))));
    }

    // A run of squares is one stroke: a third of the bytes that a square each would take.
    private static string PathOf(QRCodeData code)
    {
        var path = new StringBuilder();
        for (var y = 0; y < code.ModuleMatrix.Count; y++)
        {
            var row = code.ModuleMatrix[y];
            for (var x = 0; x < row.Length; x++)
            {
                if (!row[x]) continue;
                var from = x;
                while (x + 1 < row.Length && row[x + 1]) x++;
                path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from + 1}v1H{from}z");
            }
        }
        return path.ToString();
    }
}
