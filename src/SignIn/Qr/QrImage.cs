using System.Globalization;
using System.Text;
using QRCoder;

namespace Aupd.SignIn.Qr;

/// <summary>A QR code as the outline of its dark squares, for one SVG path.</summary>
/// <param name="Size">Width and height in squares, with the quiet zone of four around it that the standard asks for.</param>
internal sealed record QrImage(int Size, string Path)
{
    internal static QrImage Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
            for (var x = 0; x < rows[y].Count; x++)
            {
                if (!rows[y][x]) continue;
                var from = x;
                while (x + 1 < rows[y].Count && rows[y][x + 1]) x++;
                path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from + 1}v1H{from}z");
            }
        return new QrImage(rows.Count, path.ToString());
    }
}
