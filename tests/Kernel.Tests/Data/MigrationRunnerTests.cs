using Aupd.Kernel.Data;
using Aupd.TestKit;
using Aupd.Web.Sites;
using Dapper;
using Npgsql;

namespace Aupd.Kernel.Tests.Data;

public sealed class MigrationRunnerTests
{
    [Fact]
    public async Task Running_twice_applies_nothing_the_second_time()
    {
        await using var source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());
        Assert.Equal(0, await MigrationRunner.RunAsync(source, SharedParts.Migrations));
    }

    [Fact]
    public async Task Eight_nodes_starting_at_once_apply_each_file_once()
    {
        await using var source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());
        MigrationSet[] sets = [new("race", [new("race", 1, "one", "create schema race; create table race.once (n int)"), new("race", 2, "two", "insert into race.once values (1)")])];
        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MigrationRunner.RunAsync(source, sets)));
        Assert.Equal(2, applied.Sum());
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select count(*) from race.once"));
    }

    [Fact]
    public async Task A_file_that_was_edited_after_it_was_applied_stops_the_start()
    {
        await using var source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());
        await MigrationRunner.RunAsync(source, [new("edited", [new("edited", 1, "a", "select 1")])]);
        var fault = await Assert.ThrowsAsync<MigrationException>(() => MigrationRunner.RunAsync(source, [new("edited", [new("edited", 1, "a", "select 2")])]));
        Assert.Contains("edited/0001_a was edited", fault.Message);
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_behind_and_names_itself()
    {
        await using var source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());
        var fault = await Assert.ThrowsAsync<MigrationException>(() =>
            MigrationRunner.RunAsync(source, [new("broken", [new("broken", 1, "half", "create schema broken; select * from nowhere")])]));
        Assert.Contains("broken/0001_half failed", fault.Message);
        await using var connection = await source.OpenConnectionAsync();
        Assert.False(await connection.ExecuteScalarAsync<bool>("select exists (select 1 from pg_namespace where nspname = 'broken')"));
    }
}
