using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching;

/// <summary>What agrees and what differs between one account and one record: all that the rules look at.</summary>
internal readonly record struct Comparison
{
    public bool NameAgrees { get; private init; }
    public bool FirstNameAndPatronymicAgree { get; private init; }
    /// <summary>The numbers are equal, whether or not the account's is confirmed.</summary>
    public bool SnilsEqual { get; private init; }
    public bool SnilsConfirmed { get; private init; }
    public bool SnilsDiffers { get; private init; }
    public bool PhoneAgrees { get; private init; }
    public bool EmailAgrees { get; private init; }
    /// <summary>The account was made from this very record.</summary>
    public bool IsMadeFrom { get; private init; }
    /// <summary>The account was made from another record of the same child, at another school.</summary>
    public bool IsMadeFromAnother { get; private init; }
    public bool BirthDateAgrees { get; private init; }
    /// <summary>Both sides have one, and they differ.</summary>
    public bool BirthDateContradicts { get; private init; }
    /// <summary>Guardian records: the account's birth date is the pupil's, so the account is the pupil.</summary>
    public bool IsThePupilOfTheCard { get; private init; }
    private bool IsStaff { get; init; }

    /// <summary>For guardians and pupils an unconfirmed СНИЛС agrees with nothing.</summary>
    public bool SnilsAgrees => SnilsEqual && (IsStaff || SnilsConfirmed);

    public bool IdentifierAgrees => SnilsAgrees || PhoneAgrees || EmailAgrees || IsMadeFrom || IsMadeFromAnother;

    /// <summary>How many kinds of identifiers (СНИЛС, phone, e-mail) agree: the first thing that decides between two accounts.</summary>
    public int KindsAgreeing => (SnilsAgrees ? 1 : 0) + (PhoneAgrees ? 1 : 0) + (EmailAgrees ? 1 : 0);

    public static Comparison Of(Population population, in Account account, int recordIndex)
    {
        ref readonly var record = ref population.Records[recordIndex];
        var mine = account.Person;
        var theirs = record.Person;
        var sameFirstAndMiddle = mine.Name.First == theirs.Name.First && mine.Name.Middle == theirs.Name.Middle;
        return new Comparison
        {
            IsStaff = record.Role == RegistryRole.Staff,
            FirstNameAndPatronymicAgree = sameFirstAndMiddle,
            NameAgrees = sameFirstAndMiddle && mine.Name.Last == theirs.Name.Last,
            SnilsEqual = mine.Snils.Agrees(theirs.Snils),
            SnilsDiffers = mine.Snils.Differs(theirs.Snils),
            SnilsConfirmed = account.SnilsConfirmed,
            PhoneAgrees = Overlap(population.PhonesOf(account), population.PhonesOf(record)),
            EmailAgrees = Overlap(population.EmailsOf(account), population.EmailsOf(record)),
            IsMadeFrom = account.MadeFrom == recordIndex,
            IsMadeFromAnother = population.OtherRecordsOf(account.MadeFrom).Contains(recordIndex),
            BirthDateAgrees = mine.BirthDay != 0 && mine.BirthDay == theirs.BirthDay,
            BirthDateContradicts = mine.BirthDay != 0 && theirs.BirthDay != 0 && mine.BirthDay != theirs.BirthDay,
            IsThePupilOfTheCard = record.Card != Population.NoRecord && mine.BirthDay != 0
                && mine.BirthDay == population.Records[record.Card].Person.BirthDay,
        };
    }

    private static bool Overlap(ReadOnlySpan<IdentifierKey> mine, ReadOnlySpan<IdentifierKey> theirs)
    {
        foreach (var one in mine)
            if (theirs.Contains(one)) return true;
        return false;
    }
}
