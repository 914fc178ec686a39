namespace Aupd.Demo.Region;

/// <summary>An adult of the generated region, as known to himself; registries spell him their own way.</summary>
internal sealed record Resident(
    string Root, bool Female, string Last, string First, string? Middle, DateOnly Birth, string Snils, string Phone, string Email);

/// <summary>Makes residents one after another from one seed, with identifiers that never repeat.</summary>
internal sealed class ResidentMaker(SplitMix64 dice)
{
    // The first thousand phone numbers belong to the named demo people.
    private const int FirstPhone = 1000;
    private static readonly string[] MailDomains = ["example.org", "example.com", "example.net", "mail.example", "почта.example"];
    private int _snils, _phones = FirstPhone;

    public string NextSnils() => FictionalNumbers.Snils(++_snils);

    public string NextPhone() => FictionalNumbers.Phone(++_phones);

    /// <param name="root">Masculine form of the family's surname; null: any.</param>
    public Resident Adult(bool female, DateOnly born, string? root = null, string? first = null)
    {
        root ??= dice.Chance(4) ? dice.Pick(NameBook.ForeignSurnames) : dice.Pick(NameBook.Surnames);
        var last = NameBook.Surname(root, female);
        if (female && dice.Chance(12)) last += "-" + NameBook.Surname(dice.Pick(NameBook.Surnames), female);
        first ??= female ? dice.Pick(NameBook.Female) : dice.Pick(NameBook.Male).Name;
        var middle = dice.Chance(15) ? null : NameBook.Patronymic(dice.Pick(NameBook.Male).Patronymic, female);
        var phone = NextPhone();
        return new Resident(root, female, last, first, middle, born, NextSnils(), phone, Mail(first, last, phone));
    }

    public string Mail(string first, string last, string unique)
    {
        var (name, surname) = (NameBook.Latin(first), NameBook.Latin(last));
        return $"{name[..1]}.{surname}{unique[^6..]}@{dice.Pick(MailDomains)}";
    }
}

/// <summary>How clerks write: every spelling means the same after the contract's normalisation.</summary>
internal sealed class ClerksHand(SplitMix64 dice)
{
    private const string Cyrillic = "АВЕКМНОРСТХ", LookAlike = "ABEKMHOPCTX";

    public string Surname(string text)
    {
        text = First(text);
        if (dice.Chance(3) && Cyrillic.IndexOf(text[0], StringComparison.Ordinal) is >= 0 and var at) text = LookAlike[at] + text[1..];
        if (dice.Chance(5)) text = text.ToUpperInvariant();
        if (text.Contains('-') && dice.Chance(200)) text = text.Replace("-", " – ", StringComparison.Ordinal);
        return dice.Chance(4) ? text + " " : text;
    }

    public string First(string text) => dice.Chance(500) ? text.Replace('ё', 'е') : text;

    public string? Patronymic(string? text) => text is null ? dice.Below(6) switch { 0 => "нет", 1 => "-", _ => null } : First(text);

    public string Phone(string e164)
    {
        var (a, b, c, d) = (e164[2..5], e164[5..8], e164[8..10], e164[10..]);
        return dice.Below(5) switch
        {
            0 => $"8 ({a}) {b}-{c}-{d}",
            1 => $"+7 {a} {b}-{c}-{d}",
            2 => $"8{a}{b}{c}{d}",
            3 => $"{a} {b} {c} {d}",
            _ => e164,
        };
    }

    public string Email(string address) => dice.Chance(50) ? char.ToUpperInvariant(address[0]) + address[1..] : address;

    public string Snils(string digits) => dice.Chance(300) ? digits : FictionalNumbers.Spell(digits);
}
