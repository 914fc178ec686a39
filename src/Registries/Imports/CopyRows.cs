using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Files;
using Aupd.Registries.Identifiers;
using Npgsql;
using NpgsqlTypes;

namespace Aupd.Registries.Imports;

/// <summary>Writes rows of the files into a binary COPY: normalised, sealed, hashed. The order of values is that of
/// <see cref="RegistryTable.Columns"/>. Synchronous inside: a million rows are not worth a million tasks.</summary>
internal sealed class CopyRows(NpgsqlBinaryImporter copy, Sealer sealer)
{
    private readonly RowHash _hash = new(sealer);

    public void Write(OrganisationRow row)
    {
        copy.StartRow();
        Text(row.NsiId);
        Text(row.EkisId);
        Text(row.ShortName);
        Text(row.Founder);
        Text(row.District);
        copy.Write(row.IsState, NpgsqlDbType.Boolean);
        copy.Write(row.TakesPartInActivation, NpgsqlDbType.Boolean);
        _hash.Add(row.EkisId).Add(row.ShortName).Add(row.Founder).Add(row.District).Add(row.IsState).Add(row.TakesPartInActivation);
        Bytes(_hash.Take());
    }

    public void Write(StaffRow row)
    {
        var snils = Snils.TryParse(row.Snils);
        var identifiers = SealedIdentifiers.Seal(sealer, snils, [], []);
        copy.StartRow();
        Text(row.RecordId);
        Text(row.OrgNsiId);
        Person(row.LastName, row.FirstName, row.MiddleName, row.BirthDate, identifiers);
        copy.Write(identifiers.Indexes, NpgsqlDbType.Array | NpgsqlDbType.Bytea);
        Text(row.Position);
        copy.Write(row.IsTeacher, NpgsqlDbType.Boolean);
        Date(row.StartDate);
        Date(row.EndDate);
        Text(row.JournalLogin);
        Hash(row.OrgNsiId, row.LastName, row.FirstName, row.MiddleName, row.BirthDate, snils)
            .Add(row.Position).Add(row.IsTeacher).Add(row.StartDate).Add(row.EndDate).Add(row.JournalLogin);
        Bytes(_hash.Take());
    }

    public void Write(PupilRow row)
    {
        var (snils, phones, emails) = (Snils.TryParse(row.Snils), Contacts.Phones(row.Phones), Contacts.Emails(row.Emails));
        var identifiers = SealedIdentifiers.Seal(sealer, snils, phones, emails);
        copy.StartRow();
        Text(row.RecordId);
        Text(row.OrgNsiId);
        Text(row.ClassName);
        Person(row.LastName, row.FirstName, row.MiddleName, row.BirthDate, identifiers);
        Reach(identifiers);
        Text(row.JournalLogin);
        Hash(row.OrgNsiId, row.LastName, row.FirstName, row.MiddleName, row.BirthDate, snils)
            .Add(phones.Select(p => p.E164)).Add(emails.Select(e => e.Address)).Add(row.ClassName).Add(row.JournalLogin);
        Bytes(_hash.Take());
    }

    public void Write(GuardianRow row)
    {
        var (snils, phones, emails) = (Snils.TryParse(row.Snils), Contacts.Phones(row.Phones), Contacts.Emails(row.Emails));
        var identifiers = SealedIdentifiers.Seal(sealer, snils, phones, emails);
        copy.StartRow();
        Text(row.RecordId);
        Text(row.PupilRecordId);
        Person(row.LastName, row.FirstName, row.MiddleName, row.BirthDate, identifiers);
        Reach(identifiers);
        Text(row.Relation);
        Hash(row.PupilRecordId, row.LastName, row.FirstName, row.MiddleName, row.BirthDate, snils)
            .Add(phones.Select(p => p.E164)).Add(emails.Select(e => e.Address)).Add(row.Relation);
        Bytes(_hash.Take());
    }

    private RowHash Hash(string belongsTo, string last, string first, string? middle, DateOnly? birth, Snils? snils) =>
        _hash.Add(belongsTo).Add(last).Add(first).Add(middle).Add(birth).Add(snils?.Digits);

    private void Person(string last, string first, string? middle, DateOnly? birth, SealedIdentifiers identifiers)
    {
        Text(last);
        Text(first);
        Text(middle);
        copy.Write(NameKey.Of(NameText.Normalise(last), NameText.Normalise(first), NameText.NormalisePatronymic(middle)), NpgsqlDbType.Bigint);
        Date(birth);
        Bytes(identifiers.Snils);
    }

    private void Reach(SealedIdentifiers identifiers)
    {
        copy.Write(identifiers.Phones, NpgsqlDbType.Array | NpgsqlDbType.Bytea);
        copy.Write(identifiers.Emails, NpgsqlDbType.Array | NpgsqlDbType.Bytea);
        copy.Write(identifiers.Indexes, NpgsqlDbType.Array | NpgsqlDbType.Bytea);
    }

    private void Text(string? value)
    {
        if (value is null) copy.WriteNull();
        else copy.Write(value, NpgsqlDbType.Text);
    }

    private void Bytes(byte[]? value)
    {
        if (value is null) copy.WriteNull();
        else copy.Write(value, NpgsqlDbType.Bytea);
    }

    private void Date(DateOnly? value)
    {
        if (value is null) copy.WriteNull();
        else copy.Write(value.Value, NpgsqlDbType.Date);
    }
}
