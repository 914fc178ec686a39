using System.Runtime.InteropServices;
using Aupd.Kernel.People;
using Aupd.Registries.Files;

namespace Aupd.Registries.Matching.Bulk;

/// <summary>Normalises the person of a row into a population. Keeps buffers: one per thread, and each input is used before the next is
/// read.</summary>
internal sealed class PersonReader(Population population)
{
    private readonly List<IdentifierKey> _phones = [], _emails = [];

    public PersonInput Read(
        string last, string first, string? middle, DateOnly? birthDate, IdentifierKey snils, string? phones, string? emails)
    {
        _phones.Clear();
        _emails.Clear();
        if (phones is not null)
            foreach (var phone in Contacts.Phones(phones)) _phones.Add(IdentifierKey.Of(phone));
        if (emails is not null)
            foreach (var email in Contacts.Emails(emails)) _emails.Add(IdentifierKey.Of(email));
        return new PersonInput(population.Names.OfWritten(last, first, middle), birthDate, snils, CollectionsMarshal.AsSpan(_phones),
            CollectionsMarshal.AsSpan(_emails));
    }

    /// <summary>A registry's СНИЛС: none where it is not valid.</summary>
    public static IdentifierKey Snils(string? written) => AccountSnils(written).Key;

    /// <summary>An account's СНИЛС, and whether something stood there that is none.</summary>
    public static (IdentifierKey Key, bool Invalid) AccountSnils(string? written) => Kernel.People.Snils.Read(written) switch
    {
        SnilsReading.Valid valid => (IdentifierKey.Of(valid.Value), false),
        SnilsReading.Absent => (IdentifierKey.None, false),
        _ => (IdentifierKey.None, true),
    };
}
