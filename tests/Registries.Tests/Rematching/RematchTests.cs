using Aupd.Registries.Doors;
using Aupd.Registries.Tests.Imports;

namespace Aupd.Registries.Tests.Rematching;

public sealed class RematchTests : IAsyncLifetime
{
    private const string Gone = "s0;100;Уволен;Пётр;;;;учитель;yes;2020-09-01;";
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
    public async Task A_new_hire_gets_the_role_without_signing_in()
    {
        await _region.MatchAsync(ImportFixture.Account("a-new", "Новиков", "Олег", "Юрьевич", "112-233-445 95"));
        Assert.Empty(await _region.TakeFactsAsync());
        _region.Staff("s1;100;Новиков;Олег;Юрьевич;112-233-445 95;;завуч;no;2020-09-01;");
        await _region.AppliedAsync();
        await _region.Worker.RunRoundAsync();
        Assert.Equal(["staff:s1"], await _region.RoleIdsAsync("a-new"));
        Assert.Equal(["a-new +staff:s1"], await _region.TakeFactsAsync());
    }

    [Fact]
    public async Task A_dismissal_takes_the_role_away()
    {
        await _region.MatchAsync(ImportFixture.Teacher());
        await _region.TakeFactsAsync();
        _region.Staff(Gone);
        await _region.AppliedAsync(allow: true);
        Assert.Empty(await _region.RoleIdsAsync("a-teacher"));
        await _region.Worker.RunRoundAsync();
        Assert.Equal(["a-teacher -staff:s1"], await _region.TakeFactsAsync());
        Assert.Equal(0, await _region.CountAsync("registries.departed_record"));
        Assert.Equal(0, await _region.CountAsync("registries.touched_account"));
    }

    [Fact]
    public async Task A_corrected_snils_moves_the_role_from_one_account_to_another()
    {
        await _region.MatchAsync(ImportFixture.Teacher("a-old"));
        await _region.MatchAsync(ImportFixture.Account("a-right", "Иванова", "Мария", "Петровна", "087-654-303 00"));
        await _region.TakeFactsAsync();
        _region.Staff("s1;100;Иванова;Мария;Петровна;087-654-303 00;1980-02-01;учитель;yes;2020-09-01;");
        await _region.AppliedAsync();
        await _region.Worker.RunRoundAsync();
        Assert.Equal(["a-old -staff:s1", "a-right +staff:s1"], (await _region.TakeFactsAsync()).Order());
    }

    [Fact]
    public async Task A_moved_child_is_in_the_new_school_and_whoever_acts_on_facts_hears_of_a_second_child()
    {
        await _region.MatchAsync(ImportFixture.Mother());
        await _region.TakeFactsAsync();
        _region.Pupils("p1;200;6Б;Сидоров;Пётр;Ильич;2014-05-06;;+79160000001;", "p2;100;1А;Сидорова;Ия;Ильинична;2019-05-06;;;");
        _region.Guardians("g1;p1;Сидорова;Анна;Олеговна;;89160000002;anna@example.org", "g2;p2;Сидорова;Анна;Олеговна;;89160000002;");
        await _region.AppliedAsync();
        await _region.Worker.RunRoundAsync();
        var guardian = Assert.IsType<HeldRole.Guardian>(Assert.Single(await _region.Matching.RolesAsync("a-mother", default)));
        Assert.Equal([("p1", "Гимназия", "6Б"), ("p2", "Школа № 1", "1А")], guardian.Children.Select(c => (c.PupilRecordId, c.School.ShortName, c.ClassName)));
        // The role is the same, what it holds is not: a fact without gains and losses.
        Assert.Equal(["a-mother"], await _region.TakeFactsAsync());
    }

    [Fact]
    public async Task A_change_of_the_pupils_birth_date_concerns_the_guardian_of_the_card()
    {
        await _region.MatchAsync(ImportFixture.Account("a-mother", "Сидорова", "Анна", "Олеговна", phone: "+79160000002", birth: new DateOnly(2014, 1, 1)));
        await _region.TakeFactsAsync();
        _region.Pupils("p1;100;5А;Сидоров;Пётр;Ильич;2014-01-01;;+79160000001;petya@example.org");
        await _region.AppliedAsync();
        await _region.Worker.RunRoundAsync();
        Assert.Equal(["a-mother -guardian"], await _region.TakeFactsAsync());
    }

    [Fact]
    public async Task Only_touched_accounts_are_compared_anew()
    {
        await _region.MatchAsync(ImportFixture.Teacher());
        await _region.MatchAsync(ImportFixture.Mother());
        _region.Clock.Advance(TimeSpan.FromMinutes(1));
        _region.Guardians("g1;p1;Сидорова;Анна;Олеговна;;8 (916) 000-00-02;other@example.org");
        await _region.AppliedAsync();
        await _region.Worker.RunRoundAsync();
        Assert.Equal("a-mother", await _region.AskAsync<string>("select string_agg(account_id, ',') from registries.account where matched_at = @now", new { now = _region.Clock.GetUtcNow() }));
    }

    [Fact]
    public async Task A_contract_starts_and_ends_with_the_regions_days()
    {
        // The clock stands at 08:30 on 1 September in Moscow.
        _region.Staff("s1;100;Иванова;Мария;Петровна;112-233-445 95;;учитель;yes;2026-09-02;2026-09-03");
        await _region.AppliedAsync();
        await _region.MatchAsync(ImportFixture.Teacher());
        await _region.Worker.RunRoundAsync();
        Assert.Empty(await _region.RoleIdsAsync("a-teacher"));
        _region.Clock.Advance(TimeSpan.FromHours(15.5) - TimeSpan.FromSeconds(1));
        await _region.Worker.RunRoundAsync();
        Assert.Empty(await _region.TakeFactsAsync());
        _region.Clock.Advance(TimeSpan.FromSeconds(1));
        await _region.Worker.RunRoundAsync();
        Assert.Equal(["a-teacher +staff:s1"], await _region.TakeFactsAsync());
        _region.Clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1));
        await _region.Worker.RunRoundAsync();
        Assert.Empty(await _region.TakeFactsAsync());
        _region.Clock.Advance(TimeSpan.FromSeconds(1));
        await _region.Worker.RunRoundAsync();
        Assert.Equal(["a-teacher -staff:s1"], await _region.TakeFactsAsync());
    }

    [Fact]
    public async Task Work_that_has_ended_gives_no_role_also_while_no_worker_runs()
    {
        _region.Staff("s1;100;Иванова;Мария;Петровна;112-233-445 95;;учитель;yes;2026-08-02;2026-09-01");
        await _region.AppliedAsync();
        await _region.MatchAsync(ImportFixture.Teacher());
        _region.Clock.Advance(TimeSpan.FromHours(15.5) - TimeSpan.FromSeconds(1));
        Assert.Equal(["staff:s1"], await _region.RoleIdsAsync("a-teacher"));
        _region.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await _region.RoleIdsAsync("a-teacher"));
    }

    [Fact]
    public async Task A_worker_that_slept_over_a_whole_contract_ends_where_it_should()
    {
        _region.Staff("s1;100;Иванова;Мария;Петровна;112-233-445 95;;учитель;yes;2026-09-02;2026-09-03");
        await _region.AppliedAsync();
        await _region.MatchAsync(ImportFixture.Teacher());
        await _region.Worker.RunRoundAsync();
        _region.Clock.Advance(TimeSpan.FromDays(30));
        await _region.Worker.RunRoundAsync();
        Assert.Equal("ended", (await new Registries.Accounts.KeptVerdicts(_region.Source).OfAsync("a-teacher", default)).Single().Reason);
        Assert.Empty(await _region.TakeFactsAsync());
    }

    [Fact]
    public async Task A_batch_that_fails_leaves_its_accounts_for_the_next_round()
    {
        await _region.MatchAsync(ImportFixture.Teacher());
        await _region.TakeFactsAsync();
        _region.Staff(Gone);
        await _region.AppliedAsync(allow: true);
        await _region.AskAsync<object?>("alter table registries.verdict add constraint broken check (reason <> 'no_record') not valid");
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => _region.Worker.RunRoundAsync());
        Assert.Equal(1, await _region.CountAsync("registries.touched_account"));
        await _region.AskAsync<object?>("alter table registries.verdict drop constraint broken");
        await _region.Worker.RunRoundAsync();
        Assert.Equal(["a-teacher -staff:s1"], await _region.TakeFactsAsync());
    }

    [Fact, Trait("takes", "long")]
    public async Task Two_workers_share_the_work_and_every_fact_is_left_once()
    {
        _region.Settings = _region.Settings with { RematchBatch = 3 };
        _region.Staff([.. Enumerable.Range(0, 40).Select(i => $"t{i};100;Фамилия{(char)('А' + i % 20)};Имя;Отчество{(char)('А' + i / 20)};112-233-445 95;;;;2020-09-01;"), Gone]);
        await _region.AppliedAsync(allow: true);
        for (var i = 0; i < 40; i++)
            await _region.MatchAsync(ImportFixture.Account($"a{i}", $"Фамилия{(char)('А' + i % 20)}", "Имя", $"Отчество{(char)('А' + i / 20)}", "112-233-445 95"));
        Assert.Equal(40, (await _region.TakeFactsAsync()).Length);
        _region.Staff(Gone);
        await _region.AppliedAsync(allow: true);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _region.Worker.RunRoundAsync())));
        await _region.Worker.RunRoundAsync();
        Assert.Equal(40, (await _region.TakeFactsAsync()).Distinct().Count());
        Assert.Equal(0, await _region.CountAsync("registries.verdict where matches"));
        Assert.Equal(0, await _region.CountAsync("registries.touched_account"));
    }

    [Fact, Trait("takes", "long")]
    public async Task Sign_ins_during_imports_never_miss_the_new_state()
    {
        var worker = _region.Worker;
        for (var round = 0; round < 5; round++)
        {
            var works = round % 2 == 0;
            _region.Staff(works ? "s1;100;Иванова;Мария;Петровна;112-233-445 95;;;;2020-09-01;" : Gone);
            var import = Task.Run(() => _region.AppliedAsync(allow: true));
            var signIns = Enumerable.Range(0, 10).Select(i => Task.Run(() => _region.MatchAsync(ImportFixture.Teacher($"a-{round}-{i}")))).ToArray();
            await Task.WhenAll(signIns.Append<Task>(import));
            await worker.RunRoundAsync();
            Assert.Equal(works ? 1 : 0, await _region.CountAsync("registries.verdict where matches"));
        }
    }
}
