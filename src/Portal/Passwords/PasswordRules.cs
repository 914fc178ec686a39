using System.Reflection;
using System.Text;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Portal.Accounts;

namespace Aupd.Portal.Passwords;

/// <summary>What a new password must not be. No composition rules: length and rarity are what counts (NIST SP 800-63B §3.1.1).</summary>
internal abstract record PasswordFault
{
    private PasswordFault() { }
    internal sealed record TooShort : PasswordFault;
    internal sealed record TooLong : PasswordFault;
    internal sealed record Unprintable : PasswordFault;
    internal sealed record OwnIdentifier : PasswordFault;
    internal sealed record Common : PasswordFault;
    /// <summary>The portal would take it, school computers would not.</summary>
    internal sealed record ForSchool(SchoolPasswordFault Fault) : PasswordFault;

    /// <summary>One word, for commands and logs.</summary>
    public string Key => this switch
    {
        TooShort => "too-short", TooLong => "too-long", Unprintable => "unprintable", OwnIdentifier => "own-identifier", Common => "common",
        ForSchool school => "school-" + school.Fault.Word,
        _ => throw new InvalidOperationException(),
    };

    /// <summary>For the person: what is wrong and what to do.</summary>
    public string Words(Language language) => this switch
    {
        TooShort => language[$"Пароль короче {PasswordRules.MinLength} знаков. Подойдут три-четыре слова через пробел",
            $"The password is shorter than {PasswordRules.MinLength} characters. Three or four words with spaces will do"],
        TooLong => language[$"Пароль длиннее {PasswordRules.MaxLength} знаков. Возьмите короче",
            $"The password is longer than {PasswordRules.MaxLength} characters. Choose a shorter one"],
        Unprintable => language["В пароле есть знак, который не набрать на клавиатуре. Наберите пароль заново",
            "The password has a character that cannot be typed. Type it again"],
        OwnIdentifier => language["Пароль совпадает с вашим логином, телефоном, почтой или именем. Придумайте другой",
            "The password is your login, phone, e-mail or name. Choose another one"],
        Common => language["Такой пароль легко угадать: он есть в списках частых паролей. Придумайте другой",
            "This password is easy to guess: it is on lists of common passwords. Choose another one"],
        ForSchool { Fault: { Word: SchoolPasswordRules.TooShort, Number: var least } } => language[$"Для школьных компьютеров нужно не меньше {least} знаков. Добавьте ещё слово",
            $"School computers want at least {least} characters. Add another word"],
        ForSchool { Fault.Word: SchoolPasswordRules.HasName } => language["В пароле есть ваши имя, фамилия или логин: школьные компьютеры такой не примут. Придумайте без них",
            "The password holds your name or login: school computers will not take it. Choose one without them"],
        ForSchool => language["Для школьных компьютеров добавьте в пароль заглавную букву и цифру", "For school computers add a capital letter and a digit"],
        _ => throw new InvalidOperationException(),
    };
}

/// <summary>Whose password it is to be: what it must not repeat.</summary>
internal sealed record PasswordOwner(PersonName? Name, Phone? Phone, Email? Email, string? Login, Snils? Snils)
{
    public static PasswordOwner Of(PortalAccount account) => new(account.Name, account.Phone, account.Email, account.Login, account.Snils);
}

internal static class PasswordRules
{
    public const int MinLength = 10, MaxLength = 256;
    private static readonly Lazy<HashSet<string>> CommonOnes = new(ReadCommon);

    /// <summary>One spelling for one password, whatever keyboard it was typed on: RFC 8265 OpaqueString (NFC, every space an ordinary one).
    /// Null when it holds what OpaqueString forbids (control characters, broken surrogates). Not NFKC: that would make different
    /// passwords one.</summary>
    public static string? Prepare(string password)
    {
        if (password.Length > 4 * MaxLength || password.Any(char.IsControl)) return null;
        try
        {
            var composed = password.Normalize(NormalizationForm.FormC);
            return string.Concat(composed.Select(c =>
                char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.SpaceSeparator ? ' ' : c));
        }
        catch (ArgumentException) { return null; }
    }

    /// <summary>For a password that its owner chooses: the school's rules, too.</summary>
    public static PasswordFault? Check(string password, PasswordOwner owner, SchoolPasswordSettings school)
    {
        if (Check(password, owner) is { } fault) return fault;
        return SchoolPasswordRules.Check(Prepare(password)!, school.MinLength, school.IsComplex, owner.Name?.Reveal(), owner.Login) is { } refused
            ? new PasswordFault.ForSchool(refused) : null;
    }

    public static PasswordFault? Check(string password, PasswordOwner owner)
    {
        if (password.Length > 4 * MaxLength) return new PasswordFault.TooLong();
        if (Prepare(password) is not { } prepared) return new PasswordFault.Unprintable();
        var length = prepared.EnumerateRunes().Count();
        if (length < MinLength) return new PasswordFault.TooShort();
        if (length > MaxLength) return new PasswordFault.TooLong();
        if (RepeatsOwner(prepared, owner)) return new PasswordFault.OwnIdentifier();
        return IsCommon(prepared) ? new PasswordFault.Common() : null;
    }

    private static bool RepeatsOwner(string password, PasswordOwner owner)
    {
        if (owner.Phone is not null && Phone.TryParse(password) == owner.Phone && !password.Any(char.IsLetter)) return true;
        if (owner.Snils is not null && Snils.TryParse(password) == owner.Snils && !password.Any(char.IsLetter)) return true;
        if (owner.Email is not null && Email.TryParse(password) == owner.Email) return true;
        var bare = Bare(password);
        string?[] own =
        [
            owner.Login, owner.Email?.Address.Split('@')[0], owner.Name?.Reveal(), owner.Name?.First + owner.Name?.Last,
            owner.Name?.Last + owner.Name?.First,
        ];
        return own.Any(o => o is not null && Bare(o) is { Length: > 0 } text && (text == bare || text == Stem(bare)));
    }

    private static bool IsCommon(string password)
    {
        var bare = Bare(password);
        return CommonOnes.Value.Contains(bare) || CommonOnes.Value.Contains(Stem(bare)) || password.EnumerateRunes().Distinct().Count() <= 2
            || IsRun(bare) || IsRepeated(bare);
    }

    // "Пароль-2026!" is "пароль2026": lists are compared without what people put in to please composition rules.
    private static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant().Replace('ё', 'е');

    private static string Stem(string bare) => bare.Trim('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    // 1234567890, abcdefghij, 9876543210987: each next to the one before, nine and nought being neighbours too
    private static bool IsRun(string text) => IsRun(text, 1) || IsRun(text, -1);

    private static bool IsRun(string text, int step) =>
        text.Length > 2 && text.Zip(text.Skip(1)).All(p =>
            p.Second - p.First == step || (char.IsAsciiDigit(p.First) && p.Second - p.First == -9 * step));

    // qwertyqwerty, 12341234: one short piece again and again
    private static bool IsRepeated(string text) => Enumerable.Range(1, 6).Any(n => text.Length >= 2 * n && text.Length % n == 0
        && Enumerable.Range(0, text.Length).All(i => text[i] == text[i % n]));

    private static HashSet<string> ReadCommon()
    {
        const string name = "Aupd.Portal.Passwords.common-passwords.txt";
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!, Encoding.UTF8);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Where(l => !l.StartsWith('#')).Select(Bare).ToHashSet(StringComparer.Ordinal);
    }
}
