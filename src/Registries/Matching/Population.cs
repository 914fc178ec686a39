using System.Runtime.InteropServices;
using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching;

/// <summary>What both sides of a comparison have: a name, a birth date, identifiers. Compact, for there are millions.</summary>
/// <param name="BirthDay">Day number, counted from 1; 0 where there is no birth date.</param>
internal readonly record struct Person(FullName Name, int BirthDay, IdentifierKey Snils, int ContactsAt, ushort Phones, ushort Emails);

/// <param name="CreatedAt">Ticks, in one time zone for a whole population; <see cref="long.MaxValue"/> where it is not known.</param>
/// <param name="MadeFrom">The pupil record of a simplified registration, or <see cref="Population.NoRecord"/>.</param>
internal readonly record struct Account(string Id, Person Person, bool SnilsInvalid, bool SnilsConfirmed, long CreatedAt, int MadeFrom);

/// <param name="School">NSI id of the school; for a guardian, the child's.</param>
/// <param name="Start">Staff: day number of the first working day, from 1; 0 where there is none.</param>
/// <param name="End">Staff: day number of the last working day; 0 where there is none.</param>
/// <param name="Card">Guardian: the pupil's record; else <see cref="Population.NoRecord"/>.</param>
internal readonly record struct Record(string Id, RegistryRole Role, string School, Person Person, int Start, int End, int Card);

/// <summary>What is known of one person when it is added.</summary>
internal readonly ref struct PersonInput(
    FullName name, DateOnly? birthDate, IdentifierKey snils, ReadOnlySpan<IdentifierKey> phones, ReadOnlySpan<IdentifierKey> emails)
{
    public FullName Name { get; } = name;
    public DateOnly? BirthDate { get; } = birthDate;
    public IdentifierKey Snils { get; } = snils;
    public ReadOnlySpan<IdentifierKey> Phones { get; } = phones;
    public ReadOnlySpan<IdentifierKey> Emails { get; } = emails;
}

/// <summary>Accounts and records to compare: everything (the bulk match) or the neighbourhood of one account (sign-in).</summary>
/// <remarks>One thread may add accounts while another adds records: staff and pupils in any order, a guardian after the pupil.
/// <see cref="Seal"/> comes last.</remarks>
internal sealed class Population
{
    public const int NoRecord = -1;

    private readonly List<Account> _accounts = [];
    private readonly List<Record> _records = [];
    private readonly List<IdentifierKey> _accountContacts = [], _recordContacts = [];
    private readonly Dictionary<string, int> _pupils = new(StringComparer.Ordinal);
    private readonly List<(int Account, string PupilId)> _madeFrom = [];
    private readonly List<(string Root, string Other)> _sameChild = [];
    private readonly Dictionary<int, List<int>> _otherRecords = [];

    public NameParts Names { get; } = new();

    public ReadOnlySpan<Account> Accounts => CollectionsMarshal.AsSpan(_accounts);

    public ReadOnlySpan<Record> Records => CollectionsMarshal.AsSpan(_records);

    public ReadOnlySpan<IdentifierKey> PhonesOf(in Account account) =>
        Contacts(_accountContacts, account.Person.ContactsAt, account.Person.Phones);

    public ReadOnlySpan<IdentifierKey> EmailsOf(in Account account) =>
        Contacts(_accountContacts, account.Person.ContactsAt + account.Person.Phones, account.Person.Emails);

    public ReadOnlySpan<IdentifierKey> PhonesOf(in Record record) =>
        Contacts(_recordContacts, record.Person.ContactsAt, record.Person.Phones);

    public ReadOnlySpan<IdentifierKey> EmailsOf(in Record record) =>
        Contacts(_recordContacts, record.Person.ContactsAt + record.Person.Phones, record.Person.Emails);

    /// <returns>The account's index.</returns>
    public int AddAccount(
        string id, PersonInput person, bool snilsInvalid, bool snilsConfirmed, DateTime? createdAt, string? madeFromRecordId)
    {
        var created = createdAt?.Ticks ?? long.MaxValue;
        _accounts.Add(new Account(id, Keep(person, _accountContacts), snilsInvalid, snilsConfirmed, created, NoRecord));
        if (madeFromRecordId is not null) _madeFrom.Add((_accounts.Count - 1, madeFromRecordId));
        return _accounts.Count - 1;
    }

    public void AddStaff(string id, string school, PersonInput person, DateOnly? start, DateOnly? end) =>
        _records.Add(new Record(id, RegistryRole.Staff, school, Keep(person, _recordContacts), Day(start), Day(end), NoRecord));

    public void AddPupil(string id, string school, PersonInput person)
    {
        _pupils.Add(id, _records.Count);
        _records.Add(new Record(id, RegistryRole.Pupil, school, Keep(person, _recordContacts), 0, 0, NoRecord));
    }

    /// <exception cref="KeyNotFoundException">The pupil has not been added.</exception>
    public void AddGuardian(string id, string pupilId, PersonInput person)
    {
        var card = _pupils[pupilId];
        _records.Add(new Record(id, RegistryRole.Guardian, _records[card].School, Keep(person, _recordContacts), 0, 0, card));
    }

    /// <summary>Two pupil records are one child's: who was made from the first was made from the second too. Known where there is a database; in
    /// the bulk match an account is made from one record alone, as its contract has it.</summary>
    public void AddSameChild(string root, string other) => _sameChild.Add((root, other));

    /// <summary>The other records of the child whose record this is, as far as they were added.</summary>
    public IReadOnlyList<int> OtherRecordsOf(int pupil) => _otherRecords.TryGetValue(pupil, out var others) ? others : [];

    /// <summary>Finds the pupil records that accounts were made from; an unknown one is none.</summary>
    public void Seal()
    {
        foreach (var (account, pupilId) in _madeFrom)
            if (_pupils.TryGetValue(pupilId, out var pupil)) _accounts[account] = _accounts[account] with { MadeFrom = pupil };
        _madeFrom.Clear();
        foreach (var (root, other) in _sameChild)
        {
            if (!_pupils.TryGetValue(root, out var from) || !_pupils.TryGetValue(other, out var to)) continue;
            if (!_otherRecords.TryGetValue(from, out var others)) _otherRecords.Add(from, others = []);
            others.Add(to);
        }
        _sameChild.Clear();
    }

    /// <summary>A date as a number, from 1.</summary>
    public static int Day(DateOnly? date) => date is { } day ? day.DayNumber + 1 : 0;

    public static DateOnly? Date(int day) => day == 0 ? null : DateOnly.FromDayNumber(day - 1);

    private static Person Keep(PersonInput person, List<IdentifierKey> contacts)
    {
        var at = contacts.Count;
        var (phones, emails) = (Math.Min(person.Phones.Length, ushort.MaxValue), Math.Min(person.Emails.Length, ushort.MaxValue));
        contacts.AddRange(person.Phones[..phones]);
        contacts.AddRange(person.Emails[..emails]);
        return new Person(person.Name, Day(person.BirthDate), person.Snils, at, (ushort)phones, (ushort)emails);
    }

    private static ReadOnlySpan<IdentifierKey> Contacts(List<IdentifierKey> all, int at, int count) =>
        CollectionsMarshal.AsSpan(all).Slice(at, count);
}
