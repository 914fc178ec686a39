using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Jose;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Keys;
using Aupd.TestKit;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aupd.OpenId.Tests.Keys;

public sealed class SigningKeysTests : IAsyncLifetime
{
    private static readonly byte[] MasterKey = SHA256.HashData("tests"u8);
    private static readonly JwsPolicy Policy = new(SignatureAlgorithm.Signing, []);

    private readonly FakeClock _clock = new();
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        _source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());
    }

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Fact, Trait("takes", "long")]
    public async Task Nodes_that_start_together_make_one_key_per_algorithm()
    {
        var nodes = Enumerable.Range(0, 30).Select(_ => Node(newKey: SigningKey.Generate)).ToList();
        var tasks = nodes.SelectMany(n => SignatureAlgorithm.Signing.Select(a => Task.Run(async () => (a, (await n.ActiveAsync(a, default)).Kid)))).ToList();
        var kids = await Task.WhenAll(tasks);
        Assert.Equal(3, kids.Distinct().Count());
        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task The_key_set_is_there_before_anyone_has_signed()
    {
        var published = await Node().PublicAsync(default);
        Assert.Equal(["ES256", "RS256"], published.Set.Keys.Select(k => k.Alg!).Order());
        Assert.All(published.Set.Keys, k => Assert.Equal(("sig", k.Thumbprint()), (k.Use!, k.Kid!)));
        Assert.DoesNotContain("\"d\"", Encoding.UTF8.GetString(published.Json.Span));
    }

    [Fact]
    public async Task A_restart_finds_the_same_keys()
    {
        var before = await Node().ActiveAsync(SignatureAlgorithm.Es256, default);
        var after = await Node().ActiveAsync(SignatureAlgorithm.Es256, default);
        Assert.Equal(before.Kid, after.Kid);
        Verified(Jws.Sign(before, "JWT", "{}"u8), new JwkSet([after.Public]));
    }

    [Fact]
    public async Task Two_providers_of_one_database_have_keys_of_their_own()
    {
        var school = await Node().ActiveAsync(SignatureAlgorithm.Es256, default);
        var portal = await Node(provider: "portal").ActiveAsync(SignatureAlgorithm.Es256, default);
        Assert.NotEqual(school.Kid, portal.Kid);
        Assert.DoesNotContain((await Node().PublicAsync(default)).Set.Keys, k => k.Kid == portal.Kid);
    }

    [Fact]
    public async Task Another_master_key_is_told_in_a_sentence_and_makes_no_new_keys()
    {
        await Node().ActiveAsync(SignatureAlgorithm.Es256, default);
        var count = await CountAsync();
        var stranger = Node(masterKey: SHA256.HashData("another"u8));
        var fault = await Assert.ThrowsAsync<SigningKeyException>(async () => await stranger.ActiveAsync(SignatureAlgorithm.Es256, default));
        Assert.Contains("Secrets:MasterKey", fault.Message);
        await Assert.ThrowsAsync<SigningKeyException>(async () => await stranger.PublicAsync(default));
        await Assert.ThrowsAsync<SigningKeyException>(() => stranger.RotateAsync(null, false, default));
        Assert.Equal(count, await CountAsync());
    }

    [Fact]
    public async Task No_private_key_stands_in_the_database_in_clear()
    {
        var key = await Node().ActiveAsync(SignatureAlgorithm.Es256, default);
        using var exported = System.Text.Json.JsonDocument.Parse(key.ExportPrivate());
        var secret = exported.RootElement.GetProperty("d").GetString()!;
        await using var connection = await _source.OpenConnectionAsync();
        var rows = await connection.QueryAsync<string>("select k::text || encode(private_sealed, 'escape') from openid.signing_key k");
        Assert.All(rows, r => Assert.DoesNotContain(secret, r));
    }

    [Fact, Trait("takes", "long")]
    public async Task The_next_key_is_published_a_day_before_it_signs_and_no_token_ever_fails()
    {
        var settings = new OpenIdSettings { KeyLifetimeDays = 3 };
        var (one, two) = (Node(settings: settings), Node(settings: settings));
        var signers = new HashSet<string>();
        var worstLead = TimeSpan.MaxValue;
        var firstSeen = new Dictionary<string, DateTimeOffset>();
        var relyingParty = (Set: (await two.PublicAsync(default)).Set, At: _clock.GetUtcNow());
        var about = new Queue<(string Token, DateTimeOffset Until)>();
        // Eight days in steps of an hour, with a key for three days: two rotations. A relying party asks for the keys once an hour and at no other time.
        for (var hour = 0; hour < 8 * 24; hour++)
        {
            var now = _clock.GetUtcNow();
            if (now - relyingParty.At >= TimeSpan.FromHours(1)) relyingParty = ((await two.PublicAsync(default)).Set, now);
            foreach (var key in relyingParty.Set.Keys) firstSeen.TryAdd(key.Kid!, now);
            var signer = hour % 2 == 0 ? one : two;
            var token = await signer.SignAsync(SignatureAlgorithm.Es256, "JWT", "{}"u8.ToArray(), default);
            about.Enqueue((token, now + TimeSpan.FromMinutes(10)));
            var kid = Verified(token, relyingParty.Set).Kid!;
            if (signers.Add(kid) && signers.Count > 1) worstLead = TimeSpan.FromTicks(Math.Min(worstLead.Ticks, (now - firstSeen[kid]).Ticks));
            while (about.TryPeek(out var old) && old.Until < now) about.Dequeue();
            foreach (var (still, _) in about) Verified(still, (await one.PublicAsync(default)).Set);
            _clock.Advance(TimeSpan.FromHours(1));
        }
        Assert.Equal(3, signers.Count);
        Assert.True(worstLead >= TimeSpan.FromHours(23), $"a key signed {worstLead} after it was first seen");
    }

    [Fact]
    public async Task Rotation_by_command_loses_no_token_on_any_node()
    {
        var (one, two) = (Node(), Node());
        var old = await one.ActiveAsync(SignatureAlgorithm.Es256, default);
        await two.PublicAsync(default);
        var made = await one.RotateAsync(SignatureAlgorithm.Es256, forgetOld: false, default);
        var seen = new HashSet<string>();
        for (var second = 0; second < 60; second++)
        {
            var token = await (second % 2 == 0 ? one : two).SignAsync(SignatureAlgorithm.Es256, null, "{}"u8.ToArray(), default);
            // The relying party does not know the kid and asks the other node, at the same instant.
            seen.Add(Verified(token, (await (second % 2 == 0 ? two : one).PublicAsync(default)).Set).Kid!);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal([old.Kid, .. made], seen);
        Assert.Equal(made.Single(), (await two.ActiveAsync(SignatureAlgorithm.Es256, default)).Kid);
    }

    [Fact]
    public async Task An_old_key_leaves_the_document_when_its_last_token_has_expired_and_still_reads_a_sign_out_hint()
    {
        var settings = new OpenIdSettings();
        var node = Node();
        var old = await node.ActiveAsync(SignatureAlgorithm.Es256, default);
        await node.RotateAsync(null, false, default);
        _clock.Advance(TimeSpan.FromSeconds(settings.IdTokenLifetimeSeconds + 60));
        Assert.Contains((await node.PublicAsync(default)).Set.Keys, k => k.Kid == old.Kid);
        _clock.Advance(TimeSpan.FromSeconds(settings.IdTokenLifetimeSeconds + 600));
        var published = await node.PublicAsync(default);
        Assert.DoesNotContain(published.Set.Keys, k => k.Kid == old.Kid);
        Assert.Contains(published.Known.Keys, k => k.Kid == old.Kid);
        // The next change of keys wipes the private part of what has retired, and in the end the row.
        _clock.Advance(TimeSpan.FromDays(89));
        await node.PublicAsync(default);
        Assert.Equal(0, await CountAsync($"kid = '{old.Kid}' and private_sealed is not null"));
        _clock.Advance(TimeSpan.FromDays(90));
        await node.PublicAsync(default);
        Assert.Equal(0, await CountAsync($"kid = '{old.Kid}'"));
    }

    [Fact]
    public async Task A_leaked_key_is_forgotten_at_once()
    {
        var (one, two) = (Node(), Node());
        var leaked = await two.ActiveAsync(SignatureAlgorithm.Es256, default);
        await one.RotateAsync(SignatureAlgorithm.Es256, forgetOld: true, default);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain((await two.PublicAsync(default)).Known.Keys, k => k.Kid == leaked.Kid);
        Assert.NotEqual(leaked.Kid, (await two.ActiveAsync(SignatureAlgorithm.Es256, default)).Kid);
    }

    [Fact, Trait("takes", "long")]
    public async Task Rotations_that_race_leave_one_key_at_work()
    {
        var nodes = Enumerable.Range(0, 10).Select(_ => Node()).ToList();
        await nodes[0].PublicAsync(default);
        await Task.WhenAll(nodes.Select(n => Task.Run(() => n.RotateAsync(SignatureAlgorithm.Es256, false, default))));
        _clock.Advance(TimeSpan.FromSeconds(30));
        var kids = new HashSet<string>();
        foreach (var node in nodes) kids.Add((await node.ActiveAsync(SignatureAlgorithm.Es256, default)).Kid);
        Assert.Single(kids);
    }

    [Fact]
    public async Task The_etag_follows_the_document()
    {
        var node = Node();
        var first = await node.PublicAsync(default);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first.ETag, (await node.PublicAsync(default)).ETag);
        await node.RotateAsync(null, false, default);
        Assert.NotEqual(first.ETag, (await node.PublicAsync(default)).ETag);
        Assert.True(first.MaxAgeSeconds <= new OpenIdSettings().KeyPublishAheadHours * 3600 / 2, "a cached document is older than the lead of a new key");
    }

    [Fact]
    public async Task The_keys_in_memory_go_on_for_minutes_when_the_database_is_away()
    {
        var broken = NpgsqlDataSource.Create(_source.ConnectionString);
        var node = Node(source: broken);
        var key = await node.ActiveAsync(SignatureAlgorithm.Es256, default);
        await using (var connection = await _source.OpenConnectionAsync()) await connection.ExecuteAsync("alter table openid.signing_key rename to gone");
        _clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(key.Kid, (await node.ActiveAsync(SignatureAlgorithm.Es256, default)).Kid);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<PostgresException>(async () => await node.ActiveAsync(SignatureAlgorithm.Es256, default));
        await broken.DisposeAsync();
    }

    private SigningKeys Node(string provider = "school", byte[]? masterKey = null, NpgsqlDataSource? source = null, OpenIdSettings? settings = null,
        NewSigningKey? newKey = null)
    {
        settings ??= new OpenIdSettings();
        var store = new SigningKeyStore(source ?? _source, new Sealer(masterKey ?? MasterKey), new ProviderIdentity(provider, $"https://{provider}"), settings,
            newKey ?? TestKeys.Of(_source.ConnectionString));
        return new SigningKeys(store, new AuditTrail(_source, _clock), settings, _clock, NullLogger<SigningKeys>.Instance);
    }

    private static JwsOutcome.Verified Verified(string token, JwkSet keys) => Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, keys, Policy));

    private async Task<int> CountAsync(string condition = "true")
    {
        await using var connection = await _source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>($"select count(*) from openid.signing_key where {condition}");
    }
}
