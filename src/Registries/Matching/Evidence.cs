using System.Text;
using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching;

/// <summary>What was compared and how it came out, in words for support: <c>name=agrees snils=differs phone=account_has_none</c>. No
/// values.</summary>
internal static class Evidence
{
    public static string Of(Population population, in Account account, int recordIndex, DateOnly today)
    {
        ref readonly var record = ref population.Records[recordIndex];
        var c = Comparison.Of(population, account, recordIndex);
        var name = c.NameAgrees ? "agrees" : c.FirstNameAndPatronymicAgree ? "surname_differs" : "differs";
        var noSnils = account.SnilsInvalid ? "account_has_invalid" : "account_has_none";
        var text = new StringBuilder("name=").Append(name);
        Add(text, "snils", c.SnilsEqual, Has(account.Person.Snils), Has(record.Person.Snils), noSnils);
        if (c.SnilsEqual && !c.SnilsConfirmed) text.Append("_unconfirmed");
        if (record.Role == RegistryRole.Staff) return AddTerm(text, record, Population.Day(today)).ToString();
        Add(text, "phone", c.PhoneAgrees, account.Person.Phones > 0, record.Person.Phones > 0);
        Add(text, "email", c.EmailAgrees, account.Person.Emails > 0, record.Person.Emails > 0);
        Add(text, "birth_date", c.BirthDateAgrees, account.Person.BirthDay != 0, record.Person.BirthDay != 0);
        if (c.IsMadeFrom) text.Append(" made_from=agrees");
        else if (c.IsMadeFromAnother) text.Append(" made_from=same_child");
        if (c.IsThePupilOfTheCard) text.Append(" pupil_birth_date=agrees");
        return text.ToString();
    }

    private static bool Has(IdentifierKey key) => !key.IsNone;

    private static void Add(StringBuilder text, string what, bool agrees, bool mine, bool theirs, string missing = "account_has_none") =>
        text.Append(' ').Append(what).Append('=').Append(agrees ? "agrees" : !mine ? missing : !theirs ? "registry_has_none" : "differs");

    private static StringBuilder AddTerm(StringBuilder text, in Record record, int today) =>
        text.Append(" term=").Append(record.Start == 0 ? "start_missing" : record.Start > today ? "not_started"
            : record.End != 0 && record.End < today ? "ended" : "current");
}
