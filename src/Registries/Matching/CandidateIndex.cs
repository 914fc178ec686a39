using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching;

/// <summary>Finds the records that can mean anything for an account, without looking at the others.</summary>
/// <remarks>Each rule needs two things to agree, so records are indexed by pairs: a phone that a school wrote on eight hundred cards, or
/// a name that a thousand people have, leads to few records each. The index may return a record too many (a hash), never one too few;
/// the rules look again. Buckets lie one behind the other in <see cref="_records"/>, in the order of records.</remarks>
internal sealed class CandidateIndex
{
    private enum Key : ulong { Snils = 1, StaffName, NameAndBirth, ContactAndBirth, ContactAndFirstName }

    private readonly Population _population;
    private readonly int[] _bucketStarts;
    private readonly int[] _records;
    private readonly int _shift;

    public CandidateIndex(Population population)
    {
        _population = population;
        var keys = 0;
        Visit((_, _) => keys++);
        var bits = Math.Max(4, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)keys));
        _shift = 64 - bits;
        _bucketStarts = new int[(1 << bits) + 1];
        _records = new int[keys];
        Visit((hash, _) => _bucketStarts[(int)(hash >> _shift) + 1]++);
        for (var i = 1; i < _bucketStarts.Length; i++) _bucketStarts[i] += _bucketStarts[i - 1];
        var free = _bucketStarts.AsSpan(0, _bucketStarts.Length - 1).ToArray();
        Visit((hash, record) => _records[free[hash >> _shift]++] = record);
    }

    /// <summary>Adds the account's candidates to the list, each once, in the order of records.</summary>
    public void Find(in Account account, List<int> found)
    {
        found.Clear();
        var person = account.Person;
        if (!person.Snils.IsNone) Collect(Hash(Key.Snils, person.Snils, 0), found);
        Collect(Hash(Key.StaffName, person.Name), found);
        if (person.BirthDay != 0) Collect(Hash(Key.NameAndBirth, person.Name, person.BirthDay), found);
        CollectContacts(_population.PhonesOf(account), person, found);
        CollectContacts(_population.EmailsOf(account), person, found);
        if (account.MadeFrom != Population.NoRecord)
        {
            found.Add(account.MadeFrom);
            found.AddRange(_population.OtherRecordsOf(account.MadeFrom));
        }
        if (found.Count < 2) return;
        found.Sort();
        var kept = 1;
        for (var i = 1; i < found.Count; i++)
            if (found[i] != found[kept - 1]) found[kept++] = found[i];
        found.RemoveRange(kept, found.Count - kept);
    }

    private void CollectContacts(ReadOnlySpan<IdentifierKey> contacts, in Person person, List<int> found)
    {
        foreach (var contact in contacts)
        {
            if (person.BirthDay != 0) Collect(Hash(Key.ContactAndBirth, contact, (ulong)person.BirthDay), found);
            Collect(Hash(Key.ContactAndFirstName, contact, FirstNameAndPatronymic(person.Name)), found);
        }
    }

    private void Collect(ulong hash, List<int> found)
    {
        var bucket = (int)(hash >> _shift);
        for (var i = _bucketStarts[bucket]; i < _bucketStarts[bucket + 1]; i++) found.Add(_records[i]);
    }

    /// <summary>Every key of every record. A delegate is enough: the visit waits for memory, not for calls.</summary>
    private void Visit(Action<ulong, int> seen)
    {
        var records = _population.Records;
        for (var i = 0; i < records.Length; i++)
        {
            ref readonly var record = ref records[i];
            var person = record.Person;
            if (!person.Snils.IsNone) seen(Hash(Key.Snils, person.Snils, 0), i);
            if (record.Role == RegistryRole.Staff)
            {
                seen(Hash(Key.StaffName, person.Name), i);
                continue;
            }
            if (person.BirthDay != 0) seen(Hash(Key.NameAndBirth, person.Name, person.BirthDay), i);
            VisitContacts(_population.PhonesOf(record), person, i, seen);
            VisitContacts(_population.EmailsOf(record), person, i, seen);
        }
    }

    private static void VisitContacts(ReadOnlySpan<IdentifierKey> contacts, in Person person, int record, Action<ulong, int> seen)
    {
        foreach (var contact in contacts)
        {
            if (person.BirthDay != 0) seen(Hash(Key.ContactAndBirth, contact, (ulong)person.BirthDay), record);
            seen(Hash(Key.ContactAndFirstName, contact, FirstNameAndPatronymic(person.Name)), record);
        }
    }

    private static ulong FirstNameAndPatronymic(FullName name) => (ulong)(uint)name.First << 32 | (uint)name.Middle;

    private static ulong Hash(Key key, IdentifierKey identifier, ulong with) =>
        Mix(Mix(Mix((ulong)key, identifier.High), identifier.Low), with);

    private static ulong Hash(Key key, FullName name, int with = 0) =>
        Mix(Mix((ulong)key, FirstNameAndPatronymic(name)), (ulong)(uint)name.Last << 32 | (uint)with);

    /// <summary>The finaliser of MurmurHash3: every bit of the input moves every bit of the result.</summary>
    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15;
        hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53;
        return hash ^ hash >> 33;
    }
}
