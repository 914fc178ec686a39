using System.Globalization;
using System.Text;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>Text within distinguished names and filters: whatever stands in a name, it stays one value.</summary>
internal static class LdapText
{
    /// <summary>RFC 4514 §2.4: a value of a distinguished name.</summary>
    public static string Value(string text)
    {
        var made = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < ' ' || c == '\u007f') made.Append(CultureInfo.InvariantCulture, $"\\{(int)c:X2}");
            else if (c is '"' or '+' or ',' or ';' or '<' or '>' or '\\' or '=' || (c == '#' && i == 0) || (c == ' ' && (i == 0 || i == text.Length - 1)))
                made.Append('\\').Append(c);
            else made.Append(c);
        }
        return made.ToString();
    }

    /// <summary>RFC 4515 §3: a value of a filter.</summary>
    public static string Filter(string text)
    {
        var made = new StringBuilder(text.Length + 8);
        foreach (var c in text)
            if (c is '*' or '(' or ')' or '\\' || c < ' ' || c == '\u007f') made.Append(CultureInfo.InvariantCulture, $"\\{(int)c:x2}");
            else made.Append(c);
        return made.ToString();
    }

    /// <summary>RFC 4515 §3: bytes as a value of a filter.</summary>
    public static string Bytes(byte[] value) => string.Concat(value.Select(b => string.Create(CultureInfo.InvariantCulture, $"\\{b:x2}")));

    /// <summary>What stands above an entry; empty for a name of one part.</summary>
    public static string Parent(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '\\') i++;
            else if (name[i] == ',') return name[(i + 1)..];
        }
        return "";
    }

    /// <summary>A name of a group or a login as sAMAccountName takes it.</summary>
    public static string AccountName(string text) => string.Concat(text.Select(c => c < ' ' || "\"/\\[]:;|=,+*?<>@".Contains(c) ? '_' : c)).Trim('.', ' ');

    /// <summary>At most so many UTF-16 units, as the directory counts, and no half of what is seen as one character.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest) return text;
        var whole = 0;
        for (var parts = StringInfo.GetTextElementEnumerator(text); parts.MoveNext();)
        {
            var end = parts.ElementIndex + parts.GetTextElement().Length;
            if (end > longest) break;
            whole = end;
        }
        return text[..whole].TrimEnd();
    }
}
