namespace Aupd.Registries.Files;

/// <summary>A file of portal accounts, opened and its header checked; its rows come once, as a stream.</summary>
internal sealed class AccountFile : IDisposable
{
    private readonly TableFile _file;

    private AccountFile(TableFile file) => _file = file;

    public string? UnknownColumns => _file.UnknownColumns.Count == 0 ? null : $"{_file.Name}: {string.Join(", ", _file.UnknownColumns)}";

    public static (AccountFile? File, string? Unusable) Open(string path)
    {
        var (file, unusable) = TableFile.Open(path, FileShape.Accounts);
        return (file is null ? null : new AccountFile(file), unusable);
    }

    public IEnumerable<AccountRow> Accounts(Action<AsideRow> aside)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        return _file.Rows(f =>
        {
            var row = new AccountRow(f.Line, f.Required(0), f.RequiredName(1), f.RequiredName(2), f.Shared(3), f.Text(4),
                f.OneOf(5, "yes", "no", absent: false), f.Text(6), f.Text(7), f.Date(8), f.Text(9), f.Moment(10), f.Text(11));
            if (f.FaultReason is null && !ids.Add(row.AccountId)) f.Fail(0, AsideReason.DuplicateId);
            return row;
        }, aside);
    }

    public void Dispose() => _file.Dispose();
}
