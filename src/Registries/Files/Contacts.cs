using Aupd.Kernel.People;

namespace Aupd.Registries.Files;

/// <summary>Several phones or e-mails of one field are separated by <c>|</c>; those that cannot be read are absent.</summary>
internal static class Contacts
{
    private const char Separator = '|';

    public static IReadOnlyList<Phone> Phones(string? field) => Read(field, Phone.TryParse);

    public static IReadOnlyList<Email> Emails(string? field) => Read(field, Email.TryParse);

    private static IReadOnlyList<T> Read<T>(string? field, Func<string?, T?> parse) where T : class
    {
        if (field is null) return [];
        if (!field.Contains(Separator)) return parse(field) is { } only ? [only] : [];
        return [.. field.Split(Separator).Select(parse).OfType<T>().Distinct()];
    }
}
