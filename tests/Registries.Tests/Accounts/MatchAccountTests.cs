using Aupd.Registries.Doors;
using Aupd.Registries.Tests.Imports;

namespace Aupd.Registries.Tests.Accounts;

public sealed class MatchAccountTests : IAsyncLifetime
{
    private ImportFixture _region = null!;

    public async Task InitializeAsync()
    {
        _region = await ImportFixture.NewAsync();
        _region.SmallRegion();
        await _region.AppliedAsync();
        await _region.Worker.RunRoundAsync();
    }

    public async Task DisposeAsync() => await _region.DisposeAsync();

    [Fact]
    public async Task A_teacher_is_known_by_name_and_confirmed_snils()
    {
        var result = await _region.MatchAsync(ImportFixture.Teacher());
        var role = Assert.IsType<HeldRole.Staff>(Assert.Single(result.Roles));
        Assert.Equal(("s1", "Школа № 1", "учитель", true), (role.RecordId, role.School.ShortName, role.Position, role.IsTeacher));
        Assert.True(Assert.Single(result.Verdicts).Matches);
        Assert.Equal(["a-teacher +staff:s1"], await _region.TakeFactsAsync());
    }

    [Fact]
    public async Task A_mother_has_her_child_by_name_school_and_class()
    {
        var result = await _region.MatchAsync(ImportFixture.Mother());
        var child = Assert.Single(Assert.IsType<HeldRole.Guardian>(Assert.Single(result.Roles)).Children);
        Assert.Equal(("p1", "g1", "Сидоров Пётр Ильич", "5А", "100"), (child.PupilRecordId, child.GuardianRecordId, child.Name.Reveal(), child.ClassName, child.School.NsiId));
        Assert.Equal("guardian", Assert.Single(await _region.RoleIdsAsync("a-mother")));
    }

    [Fact]
    public async Task A_stranger_learns_that_there_is_no_record()
    {
        var result = await _region.MatchAsync(ImportFixture.Account("a-none", "Никто", "Ничей", null));
        Assert.Empty(result.Roles);
        Assert.Equal(("none", "no_record"), (result.Verdicts.Single().Role, result.Verdicts.Single().Reason));
        Assert.Empty(await _region.TakeFactsAsync());
    }

    [Fact]
    public async Task Verdicts_stay_for_support_and_the_audit_trail_has_no_person_in_it()
    {
        await _region.MatchAsync(ImportFixture.Account("a-1", "Иванова", "Мария", "Петровна", "112-233-445 95", confirmed: false));
        var verdict = Assert.Single(await new Registries.Accounts.KeptVerdicts(_region.Source).OfAsync("a-1", default));
        Assert.Equal(("staff", "s1", "snils_unconfirmed"), (verdict.Role, verdict.RecordId, verdict.Reason));
        var line = await _region.AskAsync<string>("select details::text from kernel.audit where act = 'registries.matched'");
        Assert.Contains("snils_unconfirmed", line);
        Assert.DoesNotContain("Иванова", line);
        Assert.DoesNotContain("112", line);
        Assert.Empty(await new Registries.Accounts.KeptVerdicts(_region.Source).OfAsync("a-unknown", default));
    }

    [Fact]
    public async Task Signing_in_again_changes_nothing_and_says_nothing()
    {
        await _region.MatchAsync(ImportFixture.Teacher());
        await _region.TakeFactsAsync();
        var again = await _region.MatchAsync(ImportFixture.Teacher());
        Assert.Single(again.Roles);
        Assert.Empty(await _region.TakeFactsAsync());
        Assert.Equal(1, await _region.CountAsync("registries.verdict"));
    }

    [Fact]
    public async Task Nothing_is_compared_again_while_nothing_can_have_changed()
    {
        var first = await _region.MatchAsync(ImportFixture.Mother());
        var again = await _region.MatchAsync(ImportFixture.Mother());
        Assert.Equal(1, await ComparisonsAsync());
        Assert.Equal(first.Verdicts, again.Verdicts);
        Assert.Equal(first.Roles.Select(r => r.Id), again.Roles.Select(r => r.Id));
    }

    [Theory]
    [InlineData("insert into registries.touched_account (account_id, touched_at) values ('a-mother', now())")]
    [InlineData("update registries.import set spread_at = null")]
    [InlineData("update registries.account set matched_at = null")]
    public async Task Whoever_may_have_been_touched_is_compared_anew(string touch)
    {
        await _region.MatchAsync(ImportFixture.Mother());
        await _region.AskAsync<string?>(touch);
        await _region.MatchAsync(ImportFixture.Mother());
        Assert.Equal(2, await ComparisonsAsync());
    }

    [Fact]
    public async Task A_new_day_is_compared_anew_and_the_same_day_is_the_regions()
    {
        await _region.MatchAsync(ImportFixture.Mother());
        var midnight = _region.Day.Start.AddDays(1);
        _region.Clock.Advance(midnight.AddSeconds(-1) - _region.Clock.GetUtcNow());
        await _region.MatchAsync(ImportFixture.Mother());
        Assert.Equal(1, await ComparisonsAsync());
        _region.Clock.Advance(TimeSpan.FromSeconds(1));
        await _region.MatchAsync(ImportFixture.Mother());
        Assert.Equal(2, await ComparisonsAsync());
    }

    private Task<long> ComparisonsAsync() => _region.AskAsync<long>("select count(*) from kernel.audit where act = 'registries.matched'");

    [Fact]
    public async Task Another_name_on_the_account_ends_the_role_at_once()
    {
        await _region.MatchAsync(ImportFixture.Teacher());
        await _region.TakeFactsAsync();
        var result = await _region.MatchAsync(ImportFixture.Account("a-teacher", "Петрова", "Мария", "Петровна", "112-233-445 95"));
        Assert.Empty(result.Roles);
        Assert.Equal("name_differs", result.Verdicts.Single().Reason);
        Assert.Equal(["a-teacher -staff:s1"], await _region.TakeFactsAsync());
    }

    [Fact]
    public async Task The_better_claim_takes_the_record_from_another_account()
    {
        var early = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await _region.MatchAsync(ImportFixture.Teacher("a-late", early.AddYears(3)));
        await _region.TakeFactsAsync();
        Assert.Single((await _region.MatchAsync(ImportFixture.Teacher("a-early", early))).Roles);
        Assert.Equal(["a-early +staff:s1", "a-late -staff:s1"], (await _region.TakeFactsAsync()).Order());
        Assert.Empty(await _region.RoleIdsAsync("a-late"));
        var why = Assert.Single(await new Registries.Accounts.KeptVerdicts(_region.Source).OfAsync("a-late", default));
        Assert.Equal("duplicate_account", why.Reason);
    }

    [Fact]
    public async Task When_the_holder_changes_name_the_other_account_gets_the_record()
    {
        var early = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await _region.MatchAsync(ImportFixture.Teacher("a-early", early));
        await _region.MatchAsync(ImportFixture.Teacher("a-late", early.AddYears(3)));
        await _region.MatchAsync(ImportFixture.Account("a-early", "Петрова", "Мария", "Петровна", "112-233-445 95", created: early));
        Assert.Equal(["staff:s1"], await _region.RoleIdsAsync("a-late"));
        Assert.Empty(await _region.RoleIdsAsync("a-early"));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_racing_sign_ins_of_two_accounts_end_with_one_holder()
    {
        var early = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var matching = _region.Matching;
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() =>
            matching.MatchAsync(i % 2 == 0 ? ImportFixture.Teacher("a-early", early) : ImportFixture.Teacher("a-late", early.AddYears(1)), default))));
        Assert.Equal(["staff:s1"], await _region.RoleIdsAsync("a-early"));
        Assert.Empty(await _region.RoleIdsAsync("a-late"));
        Assert.Equal(1, await _region.CountAsync("registries.verdict where matches"));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_accounts_that_swap_names_in_a_race_leave_one_holder_of_each_record()
    {
        _region.Staff("s1;100;Иванова;Мария;Петровна;112-233-445 95;;учитель;yes;2020-09-01;", "s2;100;Петрова;Мария;Петровна;112-233-445 95;;учитель;yes;2020-09-01;");
        await _region.AppliedAsync();
        var matching = _region.Matching;
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => matching.MatchAsync(
            ImportFixture.Account($"a-{i % 30}", (i + i / 30) % 2 == 0 ? "Иванова" : "Петрова", "Мария", "Петровна", "112-233-445 95"), default))));
        Assert.Equal(2, await _region.CountAsync("registries.verdict where matches"));
        Assert.Equal(2, await _region.AskAsync<long>("select count(distinct record_id) from registries.verdict where matches"));
    }
}
