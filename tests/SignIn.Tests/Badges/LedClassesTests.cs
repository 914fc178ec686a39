using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Badges;

/// <summary><c>aupd classes</c>: who leads which class by his own word.</summary>
public sealed class LedClassesTests(BadgeSite site) : IClassFixture<BadgeSite>
{
    [Fact, Trait("takes", "long")]
    public async Task Named_classes_are_listed_with_who_named_them_for_one_school_or_all()
    {
        Assert.Empty(await RunAsync());
        using var first = await site.LeaderAsync(17);
        // The list goes by time, and the region's stands still.
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        using var second = await site.LeaderAsync(18);
        using var other = await site.LeaderAsync(19, "2Б");
        // The command goes by the real clock, the region's stands still.
        await site.QueryAsync<int>("update signin.class_teacher set expires_at = now() + interval '1 year'");
        var lines = await RunAsync();
        Assert.Equal(["2А", "2А", "2Б"], lines.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        Assert.Matches(@"^4185 +2А +Учителевт Марина Викторовна \(t17\), since \d{4}-\d\d-\d\d until \d{4}-\d\d-\d\d$", lines[0]);
        Assert.Equal(lines, await RunAsync("--school", "4185"));
        Assert.Empty(await RunAsync("--school", "653"));
        Assert.Empty(await RunAsync("--school", "' or 1=1 --"));
        await site.ImportAsync(record => record != "t18");
        Assert.Single(await RunAsync(), l => l.Contains("(t18)", StringComparison.Ordinal) && l.EndsWith("; works there no more", StringComparison.Ordinal));
        await site.QueryAsync<int>("update signin.class_teacher set expires_at = now() where staff_record_id = 't19'");
        Assert.Equal(2, (await RunAsync()).Length);
        Assert.Equal(7, await site.QueryAsync<long>("select count(*) from kernel.audit where act = 'signin.led-classes-read' and actor = 'command'"));
        await site.ImportAsync(_ => true);
    }

    private async Task<string[]> RunAsync(params string[] words)
    {
        var (code, said) = await TestCommand.RunAsync(site.Service.Source.ConnectionString, ["classes", .. words]);
        Assert.Equal(0, code);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
