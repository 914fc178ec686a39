namespace Aupd.Workplace.Reconcile;

/// <summary>One difference between an account and what it should be.</summary>
/// <param name="Kind">A word of <see cref="DriftKind"/>.</param>
/// <param name="Detail">What to look at: attributes, units, groups, entries by their names; never what an attribute says.</param>
internal sealed record Drift(string Kind, Guid ProfileId, string Login, string Detail)
{
    /// <summary>Whether delivering the account once more is the cure; the rest is for a person.</summary>
    public bool IsRepairable => Kind is not (DriftKind.Unknown or DriftKind.Twin or DriftKind.NotShown);
}

/// <summary>How an account can differ from what it should be; words of a closed list.</summary>
internal static class DriftKind
{
    public const string
        Missing = "missing", Replaced = "replaced", Changed = "changed", Unit = "unit", Groups = "groups", Open = "open-though-left", Closed = "closed-though-active",
        Remains = "remains", Unknown = "unknown", Twin = "twin", GroupMissing = "group-missing", GroupName = "group-name", NotShown = "not-shown";

    /// <summary>For whoever reads the report.</summary>
    public static string Sentence(string kind) => kind switch
    {
        Missing => "has no account there",
        Replaced => "the known account is gone, another bears the mark",
        Changed => "attributes differ",
        Unit => "stands in the wrong unit",
        Groups => "is in the wrong groups of ours",
        Open => "is open, though the person has left",
        Closed => "is closed, though the person is active",
        Remains => "is still there, though its term is over",
        Unknown => "bears a mark of ours that belongs to nobody (a person must decide)",
        Twin => "one person has several (a person must decide: see twins)",
        GroupMissing => "the group is not there",
        GroupName => "the group has another name",
        NotShown => "the server does not show it (a person must decide: see the answer)",
        _ => kind,
    };
}
