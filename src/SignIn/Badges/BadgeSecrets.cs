using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Aupd.SignIn.Badges;

/// <summary>What the printed code leads to: 128 random bits. Hides itself.</summary>
internal sealed record BadgeSecret
{
    private const int Bytes = 16, Letters = 22;

    private BadgeSecret(string text) => Text = text;

    public string Text { get; }
    public byte[] Hash => SHA256.HashData(Encoding.ASCII.GetBytes(Text));

    public static BadgeSecret New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>Null for what cannot be one.</summary>
    public static BadgeSecret? TryParse(string? text) =>
        text is { Length: Letters } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? new BadgeSecret(text) : null;

    public override string ToString() => "(badge secret)";
}

/// <summary>What a child types who has no camera: twelve digits of the badge, which is good for a year, or eight of a code that the teacher has
/// made for some hours. Few enough to guess at, so wrong ones are counted; and a right one only leads to the pictures. Hides itself.</summary>
internal sealed record BadgeNumber
{
    internal const int OfBadge = 12, OfCode = 8;
    private const int LongestTyped = 40;

    private BadgeNumber(string digits) => Value = digits;

    public string Value { get; }
    public bool IsCode => Value.Length == OfCode;
    /// <summary>In fours, as it is printed: 1234 5678 9012.</summary>
    public string Shown => string.Join(' ', Value.Chunk(4).Select(c => new string(c)));

    public static BadgeNumber New(int length) => new(RandomNumberGenerator.GetString("0123456789", length));

    /// <summary>With or without spaces and dashes; null when that leaves anything but twelve or eight digits.</summary>
    public static BadgeNumber? TryParse(string? typed)
    {
        if (typed is not { Length: >= OfCode and <= LongestTyped }) return null;
        var digits = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '.' or '\u00AD' or (>= '\u2010' and <= '\u2015') or '\u2212')));
        return digits.Length is OfBadge or OfCode && digits.All(char.IsAsciiDigit) ? new BadgeNumber(digits) : null;
    }

    public override string ToString() => "(badge number)";
}

/// <summary>Four different pictures in their order, of sixteen: 43,680 ways. Never alone: the badge comes first, and is locked after some wrong
/// tries. Hides itself.</summary>
internal sealed record PicturePin
{
    internal const int Length = 4;

    private PicturePin(IReadOnlyList<Picture> pictures) => Pictures = pictures;

    public IReadOnlyList<Picture> Pictures { get; }
    public string Value => string.Join('-', Pictures.Select(p => p.Word));

    public static PicturePin New()
    {
        var all = Picture.All.ToArray();
        RandomNumberGenerator.Shuffle<Picture>(all);
        return new PicturePin(all[..Length]);
    }

    /// <summary>The words of pictures with dashes between; null when these are not four different ones.</summary>
    public static PicturePin? TryParse(string? words)
    {
        var chosen = PicturesOf(words);
        return chosen.Count == Length ? new PicturePin(chosen) : null;
    }

    /// <summary>What was chosen so far: the first pictures, as far as they are different ones; at most four.</summary>
    public static IReadOnlyList<Picture> PicturesOf(string? words)
    {
        if (words is not { Length: > 0 and <= 200 }) return [];
        var chosen = new List<Picture>();
        foreach (var word in words.Split('-'))
        {
            if (chosen.Count == Length || Picture.All.FirstOrDefault(p => p.Word == word) is not { } picture || chosen.Contains(picture)) return [];
            chosen.Add(picture);
        }
        return chosen;
    }

    public override string ToString() => "(pictures)";
}
