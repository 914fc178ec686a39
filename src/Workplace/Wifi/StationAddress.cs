namespace Aupd.Workplace.Wifi;

/// <summary>Addresses of radios as RADIUS clients write them, each in its own way.</summary>
internal static class StationAddress
{
    private const int Digits = 12;

    /// <summary><c>02-00-00-00-00-01</c> for any spelling of a MAC address, also with the network's name behind it (RFC 3580 §3.20); else what was
    /// given.</summary>
    public static string Of(string given)
    {
        var hex = new char[Digits];
        var (n, i) = (0, 0);
        for (; i < given.Length && n < Digits; i++)
        {
            if (char.IsAsciiHexDigit(given[i])) hex[n++] = char.ToLowerInvariant(given[i]);
            else if (given[i] is not ('-' or ':' or '.')) return given;
        }
        var isWhole = n == Digits && (i == given.Length || given[i] is ':' or ' ');
        return isWhole ? string.Join('-', Enumerable.Range(0, Digits / 2).Select(p => new string(hex, p * 2, 2))) : given;
    }
}
