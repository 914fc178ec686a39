using System.DirectoryServices.Protocols;
using System.Globalization;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;

namespace Aupd.Workplace.Reconcile;

/// <summary>The directory's side of the comparison: entries with a mark of ours, by the numbers under which they were made. A directory sorts no large
/// result and a page's cookie dies with its connection; these numbers are indexed, never change, and are a place to go on from.</summary>
internal sealed class DirectorySide(DirectorySettings settings)
{
    /// <summary>At most wanted in one stretch of numbers, so that little is done twice after a break. Not fewer: Samba goes through all of its entries
    /// for each stretch, seconds among a hundred thousand, before it gives the first page.</summary>
    private const int Wanted = 20_000;
    private const long FirstWidth = 1L << 14, WidestWidth = 1L << 24;
    private long _width = FirstWidth;

    /// <summary>Which server numbers the entries, and the last number that it has given.</summary>
    /// <exception cref="TargetAwayException">It says neither.</exception>
    public static (string Server, long LastUsn) Read(DirectoryLink link)
    {
        var root = link.Read("", "dsServiceName", "highestCommittedUSN");
        var server = root?.Attributes["dsServiceName"]?[0] as string;
        return server is not null && long.TryParse(root!.Attributes["highestCommittedUSN"]?[0] as string, CultureInfo.InvariantCulture, out var last) ? (server, last)
            : throw new TargetAwayException("The server does not say under which numbers (highestCommittedUSN) it keeps entries: it is no Active Directory.");
    }

    /// <summary>Where the stretch ends that begins at this number.</summary>
    public long EndOf(long from, long last) => Math.Min(last, from + _width - 1);

    /// <summary>Dense stretches get shorter, empty ones longer.</summary>
    public void Learn(int entries) => _width = entries > Wanted ? Math.Max(1, _width / 2) : entries < Wanted / 2 ? Math.Min(WidestWidth, _width * 2) : _width;

    public IEnumerable<Entry> Entries(DirectoryLink link, long from, long to)
    {
        var marks = $"({settings.IdAttribute}=*)" + (settings.SnilsAttribute.Length > 0 ? $"({settings.SnilsAttribute}={LdapText.Filter(EntryTemplate.SnilsMark(""))}*)" : "");
        var filter = string.Create(CultureInfo.InvariantCulture, $"(&(uSNCreated>={from})(uSNCreated<={to})(|{marks}))");
        return link.Pages(filter, Entry.Attributes(settings)).Select(found => new Entry(found)).Where(e => e.IsPerson);
    }

    /// <summary>Null for an entry of other people's: what stands in the attribute is no mark of ours.</summary>
    public MarkedEntry? Marked(Entry entry)
    {
        Guid? profile = Guid.TryParseExact(entry[settings.IdAttribute], "D", out var id) ? id : null;
        var mark = settings.SnilsAttribute.Length > 0 && entry[settings.SnilsAttribute] is { } text && text.StartsWith(EntryTemplate.SnilsMark(""), StringComparison.Ordinal) ? text : null;
        return profile is null && mark is null ? null : new MarkedEntry(entry.Id, profile, mark);
    }
}
