using System.Text;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Files;
using Npgsql;

namespace Aupd.Registries.Imports;

/// <summary>Carries the rows of the files into temporary tables of the import's own connection.</summary>
internal sealed class StageFiles(NpgsqlConnection connection, Sealer sealer, RegistryFiles files, AsideReport aside, IProgress<string> progress)
{
    /// <summary>Longest id in UTF-8 bytes: a b-tree entry holds no more. At least 650 characters, 1,300 of them in Russian.</summary>
    public const int LongestId = 2600;

    private const int ProgressEvery = 250_000;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    /// <summary>The registries that the files speak of; with files of changes that may be fewer than all.</summary>
    public async Task<IReadOnlyList<RegistryTable>> RunAsync(CancellationToken ct)
    {
        var staged = new List<RegistryTable>();
        if (files.HasOrganisations)
            staged.Add(await StageAsync(RegistryTable.Organisations, "organisations.csv", files.Organisations(), r => (r.Line, r.NsiId), (c, r) => c.Write(r), ct));
        if (files.HasStaff)
            staged.Add(await StageAsync(RegistryTable.Staff, "staff.csv", files.Staff(), r => (r.Line, r.RecordId), (c, r) => c.Write(r), ct));
        if (files.HasPupils)
            staged.Add(await StageAsync(RegistryTable.Pupils, "pupils.csv", files.Pupils(), r => (r.Line, r.RecordId), (c, r) => c.Write(r), ct));
        if (files.HasGuardians)
            staged.Add(await StageAsync(RegistryTable.Guardians, "guardians.csv", files.Guardians(), r => (r.Line, r.RecordId), (c, r) => c.Write(r), ct));
        return staged;
    }

    private async Task<RegistryTable> StageAsync<T>(
        RegistryTable table, string file, IEnumerable<T> rows, Func<T, (long Line, string Id)> id, Action<CopyRows, T> write, CancellationToken ct)
    {
        await connection.RunAsync(table.StageSql, ct);
        await using var copy = await connection.BeginBinaryImportAsync(table.CopySql, ct);
        copy.Timeout = LongestPause;
        var writer = new CopyRows(copy, sealer);
        var count = 0;
        foreach (var row in rows)
        {
            ct.ThrowIfCancellationRequested();
            if (IsTooLong(id(row).Id)) aside.Add(new AsideRow(file, id(row).Line, table.Id, AsideReason.TooLong));
            else write(writer, row);
            if (++count % ProgressEvery == 0) progress.Report($"{file}: {count:N0} rows read");
        }
        await copy.CompleteAsync(ct);
        progress.Report($"{file}: {count:N0} rows read, all");
        return table;
    }

    private static bool IsTooLong(string id) => id.Length > LongestId / 4 && Encoding.UTF8.GetByteCount(id) > LongestId;
}
