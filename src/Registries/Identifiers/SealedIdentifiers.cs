using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;

namespace Aupd.Registries.Identifiers;

/// <summary>СНИЛС, phones and e-mails as they lie in the database: sealed one by one, and their blind indexes together.</summary>
internal sealed record SealedIdentifiers(byte[]? Snils, byte[][] Phones, byte[][] Emails, byte[][] Indexes)
{
    public static SealedIdentifiers Seal(Sealer sealer, Snils? snils, IReadOnlyList<Phone> phones, IReadOnlyList<Email> emails)
    {
        var indexes = new List<byte[]>(1 + phones.Count + emails.Count);
        if (snils is not null) indexes.Add(sealer.Index(Purpose.Snils, snils.Digits));
        foreach (var phone in phones) indexes.Add(sealer.Index(Purpose.Phone, phone.E164));
        foreach (var email in emails) indexes.Add(sealer.Index(Purpose.Email, email.Address));
        return new SealedIdentifiers(sealer.SealText(Purpose.Snils, snils?.Digits),
            [.. phones.Select(p => sealer.SealText(Purpose.Phone, p.E164)!)], [.. emails.Select(e => sealer.SealText(Purpose.Email, e.Address)!)], [.. indexes]);
    }

    public static Snils? OpenSnils(Sealer sealer, byte[]? value) => Kernel.People.Snils.TryParse(sealer.OpenText(Purpose.Snils, value));

    // What was sealed had been read before; a value that a later release reads otherwise is left out.
    public static Phone[] OpenPhones(Sealer sealer, byte[][] values) =>
        [.. values.Select(v => Phone.TryParse(sealer.OpenText(Purpose.Phone, v))).OfType<Phone>()];

    public static Email[] OpenEmails(Sealer sealer, byte[][] values) =>
        [.. values.Select(v => Email.TryParse(sealer.OpenText(Purpose.Email, v))).OfType<Email>()];
}
