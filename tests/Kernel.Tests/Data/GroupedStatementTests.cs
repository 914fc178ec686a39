using System.Collections.Concurrent;
using Aupd.Kernel.Data;
using Aupd.TestKit;
using Npgsql;

namespace Aupd.Kernel.Tests.Data;

public sealed class GroupedStatementTests
{
    private readonly ConcurrentQueue<(int[] Asks, TaskCompletionSource End)> _begun = new();

    /// <summary>Statements that end when the test says so; each answers with the tenfold, and with nothing to a negative number.</summary>
    private GroupedStatement<int, string> Held(TimeSpan? hanging = null) => new(async asks =>
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _begun.Enqueue(([.. asks], end));
        await end.Task;
        return [.. asks.Select(a => a < 0 ? null : $"{a * 10}")];
    }, hanging ?? TimeSpan.FromHours(1));

    [Fact]
    public async Task Whoever_comes_while_none_is_under_way_goes_at_once_and_alone_and_the_others_go_together_in_their_order()
    {
        var statement = Held();
        var first = await BeginAsync(statement);
        Assert.Equal([1], Assert.Single(_begun).Asks);
        var others = Enumerable.Range(100, GroupedStatement.Most + 1).Select(i => statement.AskAsync(i, default)).ToList();
        await GoOnAsync();
        Assert.Equal(Enumerable.Range(100, GroupedStatement.Most), _begun.ToArray()[1].Asks);
        await EndAllAsync(others);
        Assert.Equal(Enumerable.Range(100, GroupedStatement.Most + 1).Select(i => $"{i * 10}"), await Task.WhenAll(others));
        Assert.Equal("10", await first);
    }

    [Fact]
    public async Task What_a_statement_leaves_undecided_is_told_to_whom_it_concerns()
    {
        var statement = Held();
        await BeginAsync(statement);
        Task<string?>[] waiting = [statement.AskAsync(4, default), statement.AskAsync(-1, default), statement.AskAsync(5, default)];
        await GoOnAsync();
        await EndAllAsync(waiting);
        Assert.Equal<IEnumerable<string?>>(["40", null, "50"], await Task.WhenAll(waiting));
    }

    [Fact]
    public async Task Who_gave_up_waiting_is_not_asked_for()
    {
        var statement = Held();
        await BeginAsync(statement);
        using var gone = new CancellationTokenSource();
        var (lost, kept) = (statement.AskAsync(4, gone.Token), statement.AskAsync(5, default));
        await gone.CancelAsync();
        await GoOnAsync();
        await EndAllAsync([kept]);
        Assert.Equal("50", await kept);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
        Assert.DoesNotContain(_begun, b => b.Asks.Contains(4));
    }

    [Fact]
    public async Task After_a_statement_that_the_server_refused_each_goes_its_own_way()
    {
        var statement = new GroupedStatement<int, string>(_ => throw new PostgresException("deadlock detected", "ERROR", "ERROR", "40P01"), GroupedStatement.Hanging);
        Assert.Null(await statement.AskAsync(1, default));
        Assert.Null(await statement.AskAsync(2, default));
    }

    [Fact]
    public async Task When_the_database_is_lost_whoever_waits_is_told_and_the_next_one_is_asked_for_again()
    {
        var isLost = true;
        var statement = new GroupedStatement<int, string>(asks => isLost ? throw new NpgsqlException("lost") : Task.FromResult<string?[]>([.. asks.Select(a => $"{a}")]), GroupedStatement.Hanging);
        await Assert.ThrowsAsync<NpgsqlException>(() => statement.AskAsync(1, default));
        isLost = false;
        Assert.Equal("2", await statement.AskAsync(2, default));
    }

    [Fact]
    public async Task Behind_one_that_hangs_the_next_begins_and_when_it_ends_after_all_its_answers_are_told()
    {
        var statement = Held(TimeSpan.FromMilliseconds(50));
        var hanging = await BeginAsync(statement);
        // Whether it comes before the other counts as hanging or after: nobody has to come behind it.
        var next = statement.AskAsync(2, default);
        await BegunAsync(2);
        Assert.True(_begun.TryDequeue(out var first));
        await EndAllAsync([next]);
        Assert.Equal("20", await next);
        Assert.False(hanging.IsCompleted);
        first.End.SetResult();
        Assert.Equal("10", await hanging);
    }

    // The second round: every one counts as hanging, so that all begin, overtake and end crosswise.
    [Theory]
    [InlineData(3_600_000)]
    [InlineData(0)]
    public async Task Of_many_thousands_from_many_threads_each_is_asked_for_once_and_nobody_is_forgotten(int milliseconds)
    {
        var hanging = TimeSpan.FromMilliseconds(milliseconds);
        var asked = new ConcurrentBag<int>();
        var statement = new GroupedStatement<int, string>(async asks =>
        {
            foreach (var ask in asks) asked.Add(ask);
            await Task.Yield();
            return [.. asks.Select(a => $"{a}")];
        }, hanging);
        const int threads = 8, each = 2_000;
        await Task.WhenAll(Enumerable.Range(0, threads).Select(t => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++) Assert.Equal($"{t * each + i}", await statement.AskAsync(t * each + i, default));
        }))).WaitAsync(Eventually.Patience);
        Assert.Equal(Enumerable.Range(0, threads * each), asked.Order());
    }

    /// <summary>One is under way, so that whoever comes now has to wait.</summary>
    private async Task<Task<string?>> BeginAsync(GroupedStatement<int, string> statement)
    {
        var first = statement.AskAsync(1, default);
        await BegunAsync(1);
        return first;
    }

    /// <summary>The first statement ends, and the next one begins.</summary>
    private Task GoOnAsync()
    {
        var begun = _begun.Count;
        Assert.True(_begun.TryPeek(out var first));
        first.End.SetResult();
        return BegunAsync(begun + 1);
    }

    private Task EndAllAsync(IEnumerable<Task> waiting) => Eventually.HoldsAsync("the waiting ones are answered", () =>
    {
        foreach (var begun in _begun) begun.End.TrySetResult();
        return waiting.All(w => w.IsCompleted);
    });

    private Task BegunAsync(int count) => Eventually.HoldsAsync($"{count} statements have begun", () => _begun.Count >= count);
}
