using System.Diagnostics;
using Aupd.Kernel.Data;
using Aupd.TestKit;
using Dapper;
using Npgsql;

namespace Aupd.Journeys.Crashes;

/// <summary>An import dies: the registries are what they were or what the files say, nothing between; the next run does what is left.</summary>
public sealed class ImportCrashTests : IAsyncLifetime
{
    /// <summary>Pupils enough that the first import fills an empty table without its indexes.</summary>
    private const int Pupils = 22_000, Others = 2_000;
    private readonly string _folder = $"/tmp/aupd-crash-import-{Environment.ProcessId}-{Stopwatch.GetTimestamp()}";

    private string Files => Path.Combine(_folder, "files");

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(Files);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        // The last import stopped its PostgreSQL, unless a test failed half-way.
        if (Directory.Exists(Path.Combine(_folder, "postgres"))) await (await EmbeddedPostgres.StartAsync(_folder)).DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_import_killed_at_any_step_is_applied_whole_or_not_at_all_and_the_next_one_completes_it()
    {
        string[] steps = ["pupils: applied", "staff:", "organisations: applied", "guardians: applied", "Imported."];
        long? indexes = null;
        for (var edition = 1; edition <= steps.Length; edition++)
        {
            await WriteAsync(edition);
            await using (var killed = Import())
            {
                await killed.UntilItSaysAsync(steps[edition - 1]);
                await killed.KillAsync();
            }
            if (await LeftBehindAsync() is { } left)
            {
                Assert.Contains(left.Edition, new[] { edition - 1, edition });
                Assert.Equal(indexes ??= left.Indexes, left.Indexes);
            }
            await CompletesAsync();
            await using var postgres = await EmbeddedPostgres.StartAsync(_folder);
            Assert.Equal(edition, await EditionAsync());
            Assert.Equal(edition, await AskAsync<long>("select count(*) from registries.import"));
            Assert.Equal(indexes ??= await IndexesAsync(), await IndexesAsync());
        }
        var nothing = await CompletesAsync();
        foreach (var unchanged in new[] { 1, Others, Pupils, Others }) Assert.Contains($"+0 ~0 -0 ={unchanged}", nothing);
    }

    [Fact]
    public async Task An_import_that_died_beside_a_living_program_is_undone_and_lets_the_next_one_in()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(_folder);
        await WriteAsync(1);
        await CompletesAsync();
        await WriteAsync(2);
        await using var held = await OpenAsync();
        await held.ExecuteAsync("begin; lock table registries.guardian_record in share mode");
        await using (var killed = Import())
        {
            await killed.UntilItSaysAsync("pupils: applied");
            await killed.KillAsync();
        }
        Assert.Equal(1, await EditionAsync());
        await using var next = Import();
        await next.UntilItSaysAsync("Another import is running");
        await held.ExecuteAsync("rollback");
        Assert.Equal(0, await next.ExitAsync());
        Assert.Contains($"+0 ~{Pupils} -0 =0", next.Output);
        Assert.Equal(2, await EditionAsync());
        Assert.Equal(2, await AskAsync<long>("select count(*) from registries.import"));
    }

    private ProgramProcess Import() => ProgramProcess.Start("import", Files, "--data", _folder);

    private async Task<string> CompletesAsync()
    {
        await using var import = Import();
        Assert.True(await import.ExitAsync() == 0, import.Output);
        Assert.Contains("Imported.", import.Output);
        return import.Output;
    }

    // Every row of an edition differs from the same row of the one before.
    private async Task WriteAsync(int edition)
    {
        await WriteAsync("organisations.csv", "nsi_id;short_name;kind", 1, _ => $"100;Школа № {edition};state");
        await WriteAsync("staff.csv", "record_id;org_nsi_id;last_name;first_name;position;teacher;start_date", Others,
            i => $"s{i};100;Учителева;Марина;учитель {edition};yes;2020-09-01");
        await WriteAsync("pupils.csv", "record_id;org_nsi_id;class;last_name;first_name;birth_date", Pupils,
            i => $"p{i};100;{edition}А;Школьников;Пётр;2012-05-17");
        await WriteAsync("guardians.csv", "record_id;pupil_record_id;last_name;first_name;phone;relation", Others,
            i => $"g{i};p{i};Школьникова;Анна;+7916{i:D7};мать {edition}");
    }

    private Task WriteAsync(string file, string header, int count, Func<int, string> row) =>
        File.WriteAllLinesAsync(Path.Combine(Files, file), Enumerable.Range(0, count).Select(row).Prepend(header));

    /// <summary>What stands in the PostgreSQL that the killed import left behind; null when it was quicker than the kill and stopped
    /// it.</summary>
    private async Task<(int Edition, long Indexes)?> LeftBehindAsync()
    {
        try { return (await EditionAsync(), await IndexesAsync()); }
        catch (NpgsqlException) { return null; }
    }

    /// <summary>The one edition that all rows of all registries are of, 0 for none; fails when they are of two, or not as many as in the
    /// files.</summary>
    private async Task<int> EditionAsync()
    {
        await using var connection = await OpenAsync();
        var found = (await connection.QueryAsync<(int Edition, long Rows)>("""
            select substring(mark from '\d+')::int, count(*)
              from (select short_name as mark from registries.organisation union all select position_title from registries.staff_record
                    union all select class_name from registries.pupil_record union all select relation from registries.guardian_record) marks
             group by 1
            """)).AsList();
        if (found.Count == 0) return 0;
        var (edition, rows) = Assert.Single(found);
        Assert.Equal(1 + Pupils + 2 * Others, rows);
        return edition;
    }

    private Task<long> IndexesAsync() => AskAsync<long>("select count(*) from pg_indexes where schemaname = 'registries'");

    private async Task<T> AskAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        return await connection.QuerySingleAsync<T>(sql);
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection($"Host={Path.Combine(_folder, "socket")};Username=postgres;Database=aupd;Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
