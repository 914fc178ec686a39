using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching.Bulk;

/// <summary>How often each verdict was given; one per thread.</summary>
internal sealed class VerdictCounts
{
    private const int Roles = 3, Reasons = (int)Reason.None + 1;
    private readonly long[] _byRoleAndReason = new long[Roles * Reasons];

    public long WithoutRecord { get; private set; }

    public long this[RegistryRole role, Reason reason] => _byRoleAndReason[(int)role * Reasons + (int)reason];

    public void Add(Finding finding) => _byRoleAndReason[(int)finding.Role * Reasons + (int)finding.Reason]++;

    public void AddNone() => WithoutRecord++;

    public void Add(VerdictCounts other)
    {
        for (var i = 0; i < _byRoleAndReason.Length; i++) _byRoleAndReason[i] += other._byRoleAndReason[i];
        WithoutRecord += other.WithoutRecord;
    }
}

/// <summary>What a person is told when a bulk match is done. Numbers only.</summary>
internal sealed class MatchSummary
{
    private readonly VerdictCounts _counts = new();
    private readonly Dictionary<string, int> _aside = new(StringComparer.Ordinal);
    private (string File, int Rows)[] _registries = [];
    private (string File, int Rows) _accounts;
    private IReadOnlyList<string> _unknownColumns = [];

    public void RowsRead(params (string File, int Rows)[] registries) => _registries = registries;

    public void AccountsRead(string file, int rows) => _accounts = (file, rows);

    public void UnknownColumns(IReadOnlyList<string> columns) => _unknownColumns = columns;

    public void Aside(string file) => _aside[file] = _aside.GetValueOrDefault(file) + 1;

    public void Verdicts(VerdictCounts counts)
    {
        lock (_counts) _counts.Add(counts);
    }

    public IReadOnlyList<string> Lines() =>
    [
        .. _unknownColumns.Select(c => $"Columns ignored in {c}."),
        .. _registries.Append(_accounts).Select(f => $"{f.File}: {f.Rows} rows used, {_aside.GetValueOrDefault(f.File)} put aside."),
        .. new[] { RegistryRole.Staff, RegistryRole.Guardian, RegistryRole.Pupil }.Select(OfRole),
        $"{Words.NoRole}: {_counts.WithoutRecord} accounts without any record.",
    ];

    private string OfRole(RegistryRole role)
    {
        var reasons = Enum.GetValues<Reason>().Where(r => r != Reason.None && _counts[role, r] > 0)
            .Select(r => $"{Words.Of(r)} {_counts[role, r]}");
        var notMatched = string.Join(", ", reasons);
        return $"{Words.Of(role)}: {_counts[role, Reason.None]} matches{(notMatched.Length == 0 ? "" : "; not matched: " + notMatched)}.";
    }
}
