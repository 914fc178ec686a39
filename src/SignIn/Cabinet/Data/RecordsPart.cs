using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Aupd.SignIn.Profiles;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>The school's records of the person, as the page shows them: what may be somebody else's stays masked.</summary>
internal sealed class RecordsPart(IOwnRecords records, PortalAccounts accounts) : IPersonalDataPart
{
    public int Order => 3;

    public async Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct)
    {
        var kept = await accounts.ReadAsync(owner.AccountId, ct);
        await copy.ListAsync("записи_школ", "school_records", kept is null ? [] : await records.OfAsync(owner.PortalSubject, ct),
            record => Write(copy, record, kept!.Value.Account), ct);
    }

    private static void Write(PersonalDataWriter copy, OwnRecord record, PortalAccount account)
    {
        copy.Value("школа", "school", record.School);
        copy.Value("номер_записи", "record", record.RecordId);
        copy.Value("кто_вы", "role", record.Role switch
        {
            RegistryRole.Staff => copy.Language["сотрудник", "staff"],
            RegistryRole.Pupil => copy.Language["ученик", "pupil"],
            _ => copy.Language["родитель", "parent"],
        });
        foreach (var field in new Comparison(account, record, copy.Language).Fields()) copy.Value(field.Name, field.Name, field.AtSchool);
        copy.Value("ребёнок", "child", record.Child?.Reveal());
        copy.Value("должность_или_класс", "position_or_class", record.Place);
        copy.Value("кем_приходитесь", "relation", record.Relation);
        copy.Value("логин_журнала", "journal_login", record.JournalLogin);
        copy.Value("работа_с", "works_from", record.From);
        copy.Value("работа_до", "works_until", record.Until);
    }
}
