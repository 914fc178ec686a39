using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Aupd.SignIn.NoAccount;
using Aupd.SignIn.Profiles;

namespace Aupd.SignIn.Cabinet.Data;

internal enum Sameness { Same, SpelledOtherwise, Differs, OnlyPortal, OnlySchool, Neither }

/// <summary>One field, as the portal and a school have it.</summary>
/// <param name="AtSchool">Masked unless it is what the portal has too: it may be somebody else's. Null: not there, or not to be shown at all.</param>
/// <param name="Advice">What to do and where; null when nothing is.</param>
internal sealed record ComparedField(string Name, string? AtPortal, string? AtSchool, Sameness Sameness, string? Advice)
{
    internal bool NeedsAct => Advice is not null;
}

/// <summary>Compares what the portal says of a person with one record of the registries, for that person's own eyes.</summary>
internal sealed class Comparison(PortalAccount account, OwnRecord record, Language l)
{
    internal IReadOnlyList<ComparedField> Fields() =>
        [.. new[] { Name(), BirthDate(), Phone(), Email(), Snils() }.OfType<ComparedField>().Where(f => f.Sameness != Sameness.Neither)];

    private string Who => record.Role is RegistryRole.Staff
        ? l["кадровую службу школы", "the school's personnel office"] : l["классного руководителя или секретаря школы", "the class teacher or the school's secretary"];

    private ComparedField Name()
    {
        var same = record.Name.Reveal() == account.Name.Reveal();
        return new ComparedField(l["ФИО", "Full name"], account.Name.Reveal(), record.Name.Reveal(), same ? Sameness.Same : Sameness.SpelledOtherwise, null);
    }

    private ComparedField BirthDate()
    {
        var label = l["Дата рождения", "Birth date"];
        return (account.BirthDate, record.BirthDate) switch
        {
            ({ } mine, { } theirs) when mine == theirs => new(label, Day(mine), Day(theirs), Sameness.Same, null),
            ({ } mine, not null) => new(label, Day(mine), null, Sameness.Differs,
                l[$"В школе записана другая дата. Проверьте её на портале; если там верно, попросите {Who} исправить.", $"The school has another date. Check it at the portal; if it is right there, ask {Who} to correct it."]),
            ({ } mine, null) => new(label, Day(mine), null, Sameness.OnlyPortal, null),
            (null, not null) => new(label, null, null, Sameness.OnlySchool, l["Укажите дату рождения на портале: она поможет не спутать вас с тёзкой.", "Give your birth date at the portal: it keeps you from being taken for a namesake."]),
            _ => new(label, null, null, Sameness.Neither, null),
        };
    }

    private ComparedField? Phone() => record.HoldsContacts
        ? Contact(l["Телефон", "Phone"], account.Phone, record.Phones, p => p.Formatted, Masked.Show,
            l[$"Если телефон на портале верный, попросите {Who} записать его. Если он старый, смените его на портале.", $"If the phone at the portal is right, ask {Who} to take it down. If it is an old one, change it at the portal."],
            l[$"В школе телефона нет. Сообщите его: попросите {Who} записать.", $"The school has no phone. Ask {Who} to take it down."],
            l["На портале телефона нет. Укажите его там: по нему вас узнаёт школа.", "The portal has no phone. Give it there: the school recognises you by it."])
        : null;

    private ComparedField? Email() => record.HoldsContacts
        ? Contact(l["Электронная почта", "E-mail"], account.Email, record.Emails, e => e.Address, Masked.Show,
            l[$"Если почта на портале верная, попросите {Who} записать её. Если она старая, смените её на портале.", $"If the e-mail at the portal is right, ask {Who} to take it down. If it is an old one, change it at the portal."],
            l[$"В школе почты нет. Сообщите её: попросите {Who} записать.", $"The school has no e-mail. Ask {Who} to take it down."],
            l["На портале почты нет. Укажите её там: по ней вас узнаёт школа.", "The portal has no e-mail. Give it there: the school recognises you by it."])
        : null;

    private ComparedField Snils()
    {
        var label = l["СНИЛС", "SNILS"];
        return (account.Snils, record.Snils) switch
        {
            ({ } mine, { } theirs) when mine == theirs => new(label, mine.Formatted, theirs.Formatted, Sameness.Same, account.SnilsConfirmed ? null
                : l["Номер верный, но на портале ещё не подтверждён. Подтвердите его там.", "The number is right, but not confirmed at the portal yet. Confirm it there."]),
            ({ } mine, { } theirs) => new(label, mine.Formatted, Masked.Show(theirs), Sameness.Differs,
                l[$"Проверьте номер на портале. Если он верный, попросите {Who} исправить.", $"Check the number at the portal. If it is right, ask {Who} to correct theirs."]),
            // For parents and pupils СНИЛС is optional on both sides.
            ({ } mine, null) => new(label, mine.Formatted, null, Sameness.OnlyPortal, null),
            (null, { } theirs) => new(label, null, Masked.Show(theirs), Sameness.OnlySchool, null),
            _ => new(label, null, null, Sameness.Neither, null),
        };
    }

    private static ComparedField Contact<T>(string label, T? mine, IReadOnlyList<T> theirs, Func<T, string> show, Func<T, string> mask,
        string differs, string onlyPortal, string onlySchool) where T : class => (mine, theirs.Count) switch
    {
        ({ } own, > 0) when theirs.Contains(own) => new(label, show(own), string.Join(", ", theirs.Select(t => t.Equals(own) ? show(t) : mask(t))), Sameness.Same, null),
        ({ } own, > 0) => new(label, show(own), Masks(theirs, mask), Sameness.Differs, differs),
        ({ } own, _) => new(label, show(own), null, Sameness.OnlyPortal, onlyPortal),
        (null, > 0) => new(label, null, Masks(theirs, mask), Sameness.OnlySchool, onlySchool),
        _ => new(label, null, null, Sameness.Neither, null),
    };

    private static string Masks<T>(IReadOnlyList<T> values, Func<T, string> mask) => string.Join(", ", values.Select(mask));

    private string Day(DateOnly day) => day.ToString("d MMMM yyyy", l.Culture);
}
