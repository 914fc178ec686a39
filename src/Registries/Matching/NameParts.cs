using System.Collections.Concurrent;
using Aupd.Kernel.People;

namespace Aupd.Registries.Matching;

/// <summary>A full name in comparison form, each part a number of <see cref="NameParts"/>; an absent patronymic is 0. Equal exactly when
/// the names are.</summary>
internal readonly record struct FullName(int Last, int First, int Middle);

/// <summary>Every different part of a name in a population, once. Thread-safe: accounts and registries are read side by side.</summary>
internal sealed class NameParts
{
    /// <summary>Spellings remembered with their part, so that a name seen before need not be normalised again. Bounded: each costs some
    /// 120 bytes.</summary>
    private const int MaxSpellings = 2_000_000;

    private readonly ConcurrentDictionary<string, int> _lastAndFirst = new(StringComparer.Ordinal), _middles = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _parts = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [""];
    private int _spellings;

    /// <summary>The name as somebody wrote it.</summary>
    public FullName OfWritten(string last, string first, string? middle) => new(
        Spelled(_lastAndFirst, last, NameText.Normalise), Spelled(_lastAndFirst, first, NameText.Normalise),
        middle is null ? 0 : Spelled(_middles, middle, NameText.NormalisePatronymic));

    /// <summary>The name in comparison form already.</summary>
    public FullName OfKeys(string lastKey, string firstKey, string? middleKey) => new(Number(lastKey), Number(firstKey), Number(middleKey));

    /// <summary>The part in comparison form; empty for 0.</summary>
    public string Text(int part)
    {
        lock (_texts) return _texts[part];
    }

    private int Spelled(ConcurrentDictionary<string, int> spellings, string written, Func<string?, string?> normalise)
    {
        if (spellings.TryGetValue(written, out var known)) return known;
        var number = Number(normalise(written));
        if (Volatile.Read(ref _spellings) < MaxSpellings && spellings.TryAdd(written, number)) Interlocked.Increment(ref _spellings);
        return number;
    }

    private int Number(string? key) => string.IsNullOrEmpty(key) ? 0 : _parts.TryGetValue(key, out var known) ? known : Add(key);

    private int Add(string key)
    {
        lock (_texts)
        {
            if (_parts.TryGetValue(key, out var known)) return known;
            _texts.Add(key);
            _parts[key] = _texts.Count - 1;
            return _texts.Count - 1;
        }
    }
}
