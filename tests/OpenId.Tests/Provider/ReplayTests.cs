using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>A signed message is good once: under racing requests, on every node, after a restart, and for its own kind and issuer
/// alone.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private static readonly ProviderIdentity School = new("school", "https://school.region.test");
    private readonly FakeClock _clock = new();
    private readonly List<NpgsqlDataSource> _sources = [];
    private string _database = "";

    public async Task InitializeAsync() => _database = await TestPostgres.NewDatabaseAsync();

    public async Task DisposeAsync()
    {
        foreach (var source in _sources) await source.DisposeAsync();
    }

    private ReplayStore Node(ProviderIdentity? provider = null) => new(Source(), provider ?? School, _clock);

    private NpgsqlDataSource Source()
    {
        _sources.Add(NpgsqlDataSource.Create(_database));
        return _sources[^1];
    }

    private DateTimeOffset In(double minutes) => _clock.GetUtcNow().AddMinutes(minutes);

    private static Task<bool> UseAsync(ReplayStore node, string id, DateTimeOffset expiresAt, ReplayKind kind = ReplayKind.ClientAssertion, string issuer = "web") =>
        node.TryUseAsync(kind, issuer, id, expiresAt, default);

    [Fact]
    public async Task Of_thirty_racing_uses_on_two_nodes_one_is_the_first()
    {
        ReplayStore[] nodes = [Node(), Node()];
        var uses = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => UseAsync(nodes[i % 2], "one", In(5))));
        Assert.Single(uses, used => used);
        Assert.False(await UseAsync(Node(), "one", In(5)));
    }

    [Fact]
    public async Task A_message_stays_used_while_it_would_be_good_whatever_expiry_it_comes_back_with()
    {
        var node = Node();
        Assert.True(await UseAsync(node, "long", In(59)));
        foreach (var minutes in new[] { 0.02, 1, 29, 30, 31, 59, 60 }) Assert.False(await UseAsync(node, "long", In(minutes)));
        _clock.Advance(TimeSpan.FromMinutes(58));
        Assert.False(await UseAsync(node, "long", In(1)));
        Assert.False(await UseAsync(node, "long", In(60)));
    }

    [Fact]
    public async Task Kinds_issuers_and_providers_have_jtis_of_their_own()
    {
        var node = Node();
        Assert.True(await UseAsync(node, "same", In(5)));
        Assert.True(await UseAsync(node, "same", In(5), ReplayKind.DpopProof));
        Assert.True(await UseAsync(node, "same", In(5), ReplayKind.RequestObject));
        Assert.True(await UseAsync(node, "same", In(5), issuer: "other"));
        Assert.True(await UseAsync(Node(new ProviderIdentity("portal", "https://portal.region.test")), "same", In(5)));
        Assert.True(await UseAsync(node, "same", In(5), issuer: "we"));
        Assert.True(await UseAsync(node, "bsame", In(5), issuer: "we"));
        Assert.False(await UseAsync(node, "same", In(5), issuer: "other"));
    }

    [Fact]
    public async Task What_is_over_or_too_long_is_never_a_first_use()
    {
        var node = Node();
        Assert.False(await UseAsync(node, "over", In(0)));
        Assert.False(await UseAsync(node, "over", In(-1)));
        Assert.False(await UseAsync(node, "over", In(63)));
        Assert.False(await UseAsync(node, "", In(5)));
        Assert.False(await UseAsync(node, new string('x', ReplayStore.MaxIdLength + 1), In(5)));
        Assert.True(await UseAsync(node, new string('ы', ReplayStore.MaxIdLength), In(5)));
        Assert.True(await UseAsync(node, "over", In(5)));
    }

    [Fact]
    public async Task Rows_move_into_their_partitions_and_leave_with_them()
    {
        var node = Node();
        var keeper = new PartitionKeeper(Source(), new OpenIdSettings(), _clock, NullLogger<PartitionKeeper>.Instance);
        Assert.True(await UseAsync(node, "moves", In(45)));
        await keeper.RunAsync(default);
        Assert.Equal((0L, 1L), (await CountAsync("openid.replay_rest"), await CountAsync("openid.replay")));
        Assert.False(await UseAsync(node, "moves", In(45)));
        Assert.True(await UseAsync(node, "later", In(60)));
        Assert.Equal(0L, await CountAsync("openid.replay_rest"));
        _clock.Advance(TimeSpan.FromHours(4));
        await keeper.RunAsync(default);
        Assert.Equal(0L, await CountAsync("openid.replay"));
    }

    [Fact]
    public async Task A_node_of_the_program_has_one()
    {
        await using var site = await TestSite.StartAsync(new TestPeople(), _clock, _database);
        Assert.True(await UseAsync(site.Services.GetRequiredService<ReplayStore>(), "served", In(5)));
        Assert.False(await UseAsync(Node(), "served", In(5)));
    }

    private async Task<long> CountAsync(string table)
    {
        await using var command = _sources[0].CreateCommand("select count(*) from " + table);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
