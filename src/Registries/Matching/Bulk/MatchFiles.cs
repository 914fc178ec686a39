using System.Buffers;
using Aupd.Registries.Doors;
using Aupd.Registries.Files;

namespace Aupd.Registries.Matching.Bulk;

/// <summary>Reads all files, compares, writes: the use case behind <see cref="BulkMatch"/>.</summary>
internal sealed class MatchFiles(BulkMatchOrder order, IProgress<string>? progress, CancellationToken ct)
{
    private const int ProgressEvery = 1 << 20, CheckEvery = 1 << 12;
    private readonly Population _population = new();
    private readonly List<AsideRow> _registryAside = [], _accountAside = [];
    private readonly MatchSummary _summary = new();

    public BulkMatchOutcome Run()
    {
        var (registries, unusable) = RegistryFiles.Open(order.RegistriesFolder, _registryAside.Add, KnownElsewhere.Nothing);
        if (registries is null) return new BulkMatchOutcome.Unusable(unusable!);
        using var openRegistries = registries;
        (var accounts, unusable) = AccountFile.Open(order.AccountsFile);
        if (accounts is null) return new BulkMatchOutcome.Unusable(unusable!);
        using var openAccounts = accounts;
        using var output = new OutputFiles(order.OutFile);

        ReadSideBySide(registries, accounts);
        _summary.UnknownColumns([.. registries.UnknownColumns.Append(accounts.UnknownColumns).OfType<string>()]);
        var engine = new MatchEngine(_population, order.Today);
        progress?.Report("indexed");
        new WriteVerdicts(_population, engine, _summary, ct).Run(output.Verdicts);
        WriteAside(output.Aside);
        ct.ThrowIfCancellationRequested();
        output.Complete();
        return new BulkMatchOutcome.Written(_summary.Lines());
    }

    /// <summary>Accounts on one core, registries on the other; a fault on either side stops both.</summary>
    private void ReadSideBySide(RegistryFiles registries, AccountFile accounts)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Exception? cause = null;
        void Guarded(Action read)
        {
            try { read(); }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref cause, e, null);
                either.Cancel();
            }
        }
        Parallel.Invoke(
            () => Guarded(() => ReadRegistries(registries, either.Token)),
            () => Guarded(() => ReadAccounts(accounts, either.Token)));
        if (cause is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
    }

    private void ReadRegistries(RegistryFiles files, CancellationToken stop)
    {
        var person = new PersonReader(_population);
        var organisations = Each("organisations.csv", files.Organisations(), _ => { }, stop);
        var staff = Each("staff.csv", files.Staff(), row => _population.AddStaff(row.RecordId, row.OrgNsiId,
            person.Read(row.LastName, row.FirstName, row.MiddleName, row.BirthDate, PersonReader.Snils(row.Snils), null, null),
            row.StartDate, row.EndDate), stop);
        var pupils = Each("pupils.csv", files.Pupils(), row => _population.AddPupil(row.RecordId, row.OrgNsiId, person.Read(
            row.LastName, row.FirstName, row.MiddleName, row.BirthDate, PersonReader.Snils(row.Snils), row.Phones, row.Emails)), stop);
        var guardians = Each("guardians.csv", files.Guardians(), row => _population.AddGuardian(row.RecordId,
            row.PupilRecordId, person.Read(
            row.LastName, row.FirstName, row.MiddleName, row.BirthDate, PersonReader.Snils(row.Snils), row.Phones, row.Emails)), stop);
        _summary.RowsRead(("organisations.csv", organisations), ("staff.csv", staff), ("pupils.csv", pupils), ("guardians.csv", guardians));
    }

    private void ReadAccounts(AccountFile file, CancellationToken stop)
    {
        var person = new PersonReader(_population);
        var name = Path.GetFileName(order.AccountsFile);
        var accounts = Each(name, file.Accounts(_accountAside.Add), row =>
        {
            var (snils, invalid) = PersonReader.AccountSnils(row.Snils);
            var who = person.Read(row.LastName, row.FirstName, row.MiddleName, row.BirthDate, snils, row.Phones, row.Emails);
            _population.AddAccount(row.AccountId, who, invalid, row.SnilsConfirmed, row.CreatedAt, row.MadeFromRecordId);
        }, stop);
        _summary.AccountsRead(name, accounts);
    }

    private int Each<T>(string file, IEnumerable<T> rows, Action<T> take, CancellationToken stop)
    {
        var count = 0;
        foreach (var row in rows)
        {
            take(row);
            count++;
            if (count % CheckEvery == 0) stop.ThrowIfCancellationRequested();
            if (count % ProgressEvery == 0) progress?.Report($"{file}: {count:N0} rows");
        }
        progress?.Report($"{file}: {count:N0} rows, all");
        return count;
    }

    private void WriteAside(Stream file)
    {
        var csv = new ArrayBufferWriter<byte>();
        csv.Line("file", "line", "column", "reason");
        foreach (var row in _registryAside.Concat(_accountAside))
        {
            csv.Line(row.File, row.Line.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Column, row.Reason);
            _summary.Aside(row.File);
            if (csv.WrittenCount < ProgressEvery) continue;
            file.Write(csv.WrittenSpan);
            csv.ResetWrittenCount();
        }
        file.Write(csv.WrittenSpan);
    }
}
