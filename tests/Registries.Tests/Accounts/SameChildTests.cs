using Aupd.Registries.Tests.Imports;

namespace Aupd.Registries.Tests.Accounts;

/// <summary>Two enrolment records of one child: an account made from one is found to be the other one's too.</summary>
public sealed class SameChildTests
{
    private const string Snils = "112-233-445 95", Another = "087-654-303 00";
    private const string Mother = "Сидорова;Анна;Олеговна;;89160000002;", Father = "Сидоров;Илья;Олегович;;89160000003;", Stranger = "Сидорова;Анна;Олеговна;;89160000009;";

    [Theory, Trait("takes", "long")]
    [InlineData("2018-03-04;", "2018-03-04;", Mother, Mother, true)]
    [InlineData("2018-03-04;", "2018-03-04;", Mother, Father, false)]
    [InlineData("2018-03-04;", "2018-03-04;", Mother, Stranger, false)]
    [InlineData("2018-03-04;", "2018-03-05;", Mother, Mother, false)]
    [InlineData("2018-03-04;", ";", Mother, Mother, false)]
    [InlineData(";", ";", Mother, Mother, false)]
    [InlineData("2018-03-04;" + Snils, "2018-03-04;" + Snils, Mother, Father, true)]
    [InlineData("2018-03-04;" + Snils, ";" + Snils, Mother, Father, true)]
    [InlineData("2018-03-04;" + Snils, "2018-03-05;" + Snils, Mother, Mother, false)]
    [InlineData("2018-03-04;" + Snils, "2018-03-04;" + Another, Mother, Mother, false)]
    [InlineData("2018-03-04;" + Snils, "2018-03-04;", Mother, Mother, true)]
    [InlineData("2018-03-04;" + Snils, "2018-03-04;", Mother, Father, false)]
    public async Task Two_records_are_one_childs(string first, string second, string guardian, string other, bool areOne)
    {
        await using var region = await RegionAsync([("k1", first, guardian), ("m1", second, other)]);
        var result = await region.MatchAsync(ImportFixture.Account("a-child", "Малышева", "Ия", null, madeFrom: "m1"));
        Assert.Equal(areOne ? ["pupil:k1", "pupil:m1"] : ["pupil:m1"], result.Roles.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal(areOne, result.Verdicts.Any(v => v.Evidence.Contains("made_from=same_child")));
    }

    [Fact]
    public async Task A_third_record_is_found_by_way_of_the_second()
    {
        const string born = "2018-03-04;";
        await using var region = await RegionAsync([("k1", born, Mother), ("m1", born + Snils, Mother), ("z1", ";" + Snils, Father)]);
        await region.MatchAsync(ImportFixture.Account("a-child", "Малышева", "Ия", null, madeFrom: "k1"));
        Assert.Equal(["pupil:k1", "pupil:m1", "pupil:z1"], (await region.RoleIdsAsync("a-child")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_two_accounts_made_before_the_earlier_has_both_schools_and_the_other_is_a_duplicate()
    {
        await using var region = await RegionAsync([("k1", "2018-03-04;", Mother), ("m1", "2018-03-04;", Mother)]);
        var day = new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);
        await region.MatchAsync(ImportFixture.Account("a-late", "Малышева", "Ия", null, created: day.AddDays(1), madeFrom: "m1"));
        Assert.Equal(["pupil:k1", "pupil:m1"], (await region.RoleIdsAsync("a-late")).Order(StringComparer.Ordinal));
        await region.MatchAsync(ImportFixture.Account("a-early", "Малышева", "Ия", null, created: day, madeFrom: "k1"));
        Assert.Equal(["pupil:k1", "pupil:m1"], (await region.RoleIdsAsync("a-early")).Order(StringComparer.Ordinal));
        Assert.Empty(await region.RoleIdsAsync("a-late"));
        Assert.Equal("duplicate_account", await region.AskAsync<string>("select reason from registries.verdict where account_id = 'a-late'"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_second_record_and_the_loss_of_a_common_guardian_change_the_roles_without_a_sign_in()
    {
        await using var region = await RegionAsync([("k1", "2018-03-04;", Mother)]);
        await region.MatchAsync(ImportFixture.Account("a-child", "Малышева", "Ия", null, madeFrom: "k1"));
        await region.TakeFactsAsync();
        await ImportAsync(region, [("k1", "2018-03-04;", Mother), ("m1", "2018-03-04;", Mother)]);
        Assert.Equal(["a-child +pupil:m1"], await region.TakeFactsAsync());
        // Only the guardian's row goes; and then the other card gets another guardian instead.
        region.Guardians($"gk1;k1;{Mother}");
        await region.AppliedAsync(allow: true);
        await region.Worker.RunRoundAsync();
        Assert.Equal(["a-child -pupil:m1"], await region.TakeFactsAsync());
        await ImportAsync(region, [("k1", "2018-03-04;", Mother), ("m1", "2018-03-04;", Mother)]);
        Assert.Equal(["a-child +pupil:m1"], await region.TakeFactsAsync());
        await ImportAsync(region, [("k1", "2018-03-04;", Mother), ("m1", "2018-03-04;", Father)]);
        Assert.Equal(["a-child -pupil:m1"], await region.TakeFactsAsync());
    }

    private static async Task<ImportFixture> RegionAsync((string Id, string BirthAndSnils, string Guardian)[] records)
    {
        var region = await ImportFixture.NewAsync();
        region.SmallRegion();
        await ImportAsync(region, records);
        return region;
    }

    private static async Task ImportAsync(ImportFixture region, (string Id, string BirthAndSnils, string Guardian)[] records)
    {
        region.Pupils([.. records.Select((r, i) => $"{r.Id};{(i == 0 ? 100 : 200)};2А;Малышева;Ия;;{r.BirthAndSnils};;")]);
        region.Guardians([.. records.Select(r => $"g{r.Id};{r.Id};{r.Guardian}")]);
        await region.AppliedAsync(allow: true);
        await region.Worker.RunRoundAsync();
    }
}
