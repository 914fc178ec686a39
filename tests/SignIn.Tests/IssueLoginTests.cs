using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.SignIn.Activation;
using Aupd.SignIn.Sessions;
using Aupd.TestKit;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Tests;

public sealed class IssueLoginTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private NpgsqlDataSource _source = null!;
    private IssueLogin _issue = null!;

    public async Task InitializeAsync()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        _source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());
        var audit = new AuditTrail(_source, _clock);
        _issue = new IssueLogin(_source, audit, new FactLog([new FactRoute(LoginIssued.Topic, TellPortalLogin.ReceiverName)], _clock), _clock);
    }

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task Thirty_racing_activations_of_one_person_give_one_login()
    {
        var person = await PersonAsync("Иванов");
        var logins = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _issue.RunAsync(person, [], null, default)));
        Assert.Single(logins.Distinct());
        Assert.Equal(1, await CountAsync("select count(*) from signin.login"));
        Assert.Equal(1, await CountAsync("select count(*) from kernel.outbox"));
        Assert.Equal(1, await CountAsync("select count(*) from kernel.audit where act = 'signin.activated'"));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_racing_namesakes_get_thirty_logins_without_a_gap()
    {
        var people = new List<Visitor>();
        for (var i = 0; i < 30; i++) people.Add(await PersonAsync("Иванов"));
        var logins = await Task.WhenAll(people.Select(p => _issue.RunAsync(p, [], null, default)));
        Assert.Equal(Enumerable.Range(1, 30).Select(n => n == 1 ? "ivanov" : $"ivanov{n}").Order(StringComparer.Ordinal), logins.Order(StringComparer.Ordinal));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_people_racing_for_one_journal_login_get_it_once()
    {
        var people = new List<Visitor>();
        for (var i = 0; i < 30; i++) people.Add(await PersonAsync("Петров"));
        var logins = await Task.WhenAll(people.Select(p => _issue.RunAsync(p, ["Petrov_PP"], null, default)));
        Assert.Single(logins, l => l == "Petrov_PP");
        Assert.Equal(30, logins.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public async Task A_usable_journal_login_is_kept_as_written()
    {
        Assert.Equal("Ivanov-II", await _issue.RunAsync(await PersonAsync("Иванов"), ["Ivanov-II"], null, default));
        Assert.Equal("journal", await TextAsync("select source from signin.login"));
    }

    [Fact]
    public async Task A_journal_login_with_a_dot_gives_way_to_a_new_one() =>
        Assert.Equal("ivanov", await _issue.RunAsync(await PersonAsync("Иванов"), ["ivanov.ii"], null, default));

    [Fact]
    public async Task Of_two_journal_logins_the_first_usable_is_kept() =>
        Assert.Equal("ivanov_b", await _issue.RunAsync(await PersonAsync("Иванов"), ["ivanov a", "ivanov_b"], null, default));

    [Fact]
    public async Task A_login_is_taken_in_any_letter_case()
    {
        await _issue.RunAsync(await PersonAsync("Иванов"), ["IVANOV"], null, default);
        Assert.Equal("ivanov2", await _issue.RunAsync(await PersonAsync("Иванов"), ["Ivanov"], null, default));
    }

    [Fact]
    public async Task A_login_on_the_printed_sheet_of_a_child_is_kept() =>
        Assert.Equal("petya-2015", await _issue.RunAsync(await PersonAsync("Петров"), [], "petya-2015", default));

    [Fact]
    public async Task A_number_counts_within_the_twenty_characters()
    {
        var first = await _issue.RunAsync(await PersonAsync("Рождественская-Щедрина"), [], null, default);
        var second = await _issue.RunAsync(await PersonAsync("Рождественская-Щедрина"), [], null, default);
        Assert.Equal("rozhdestvenskaia-shc", first);
        Assert.Equal("rozhdestvenskaia-sh2", second);
    }

    [Fact]
    public async Task A_login_that_was_ever_issued_is_never_given_to_another()
    {
        var left = await PersonAsync("Иванов");
        await _issue.RunAsync(left, [], null, default);
        await ExecuteAsync("update signin.login set retired_at = now()");
        Assert.Equal("ivanov2", await _issue.RunAsync(await PersonAsync("Иванов"), ["ivanov"], null, default));
    }

    [Fact]
    public async Task Activation_that_stopped_after_the_login_goes_on_with_the_same_one()
    {
        var person = await PersonAsync("Иванов");
        await _issue.RunAsync(person, [], null, default);
        await ExecuteAsync("update signin.profile set activated_at = null");
        Assert.Equal("ivanov", await _issue.RunAsync(person, ["other"], null, default));
        Assert.Equal(1, await CountAsync("select count(*) from signin.profile where activated_at is not null"));
    }

    [Fact]
    public async Task A_crash_before_the_commit_leaves_nothing_behind()
    {
        var person = await PersonAsync("Иванов");
        await ExecuteAsync("alter table kernel.outbox add constraint broken check (false) not valid");
        await Assert.ThrowsAsync<PostgresException>(() => _issue.RunAsync(person, [], null, default));
        Assert.Equal(0, await CountAsync("select count(*) from signin.login"));
        await ExecuteAsync("alter table kernel.outbox drop constraint broken");
        Assert.Equal("ivanov", await _issue.RunAsync(person, [], null, default));
    }

    [Fact]
    public async Task A_journal_login_waits_for_its_owner_while_a_namesake_activates()
    {
        await RecordAsync("staff", "Ivanov");
        await RecordAsync("pupil", "ivanov3");
        var (owner, namesake, another) = (await PersonAsync("Иванов"), await PersonAsync("Иванов"), await PersonAsync("Иванов"));
        Assert.Equal("ivanov2", await _issue.RunAsync(namesake, [], null, default));
        Assert.Equal("ivanov4", await _issue.RunAsync(another, [], null, default));
        Assert.Equal("Ivanov", await _issue.RunAsync(owner, ["Ivanov"], null, default));
    }

    [Fact]
    public async Task A_login_of_the_portal_that_is_somebodys_journal_login_gives_way_to_a_new_one()
    {
        await RecordAsync("pupil", "petya-2015");
        Assert.Equal("petrov", await _issue.RunAsync(await PersonAsync("Петров"), [], "Petya-2015", default));
        Assert.Equal("petya-2015", await _issue.RunAsync(await PersonAsync("Петров"), ["petya-2015"], "petya-2015", default));
    }

    [Fact]
    public async Task A_journal_login_that_cannot_be_kept_holds_nothing_back()
    {
        await RecordAsync("staff", "ivanov.");
        await RecordAsync("staff", new string('i', 100_000));
        Assert.Equal("ivanov", await _issue.RunAsync(await PersonAsync("Иванов"), [], null, default));
    }

    [Fact]
    public async Task Hundreds_of_journal_logins_in_a_row_are_passed_over()
    {
        for (var n = 1; n <= 250; n++) await RecordAsync("pupil", n == 1 ? "ivanov" : $"ivanov{n}");
        Assert.Equal("ivanov251", await _issue.RunAsync(await PersonAsync("Иванов"), [], null, default));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_racing_namesakes_leave_the_journal_logins_of_others_alone()
    {
        foreach (var login in new[] { "ivanov", "IVANOV7", "ivanov20" }) await RecordAsync("staff", login);
        var people = new List<Visitor>();
        for (var i = 0; i < 30; i++) people.Add(await PersonAsync("Иванов"));
        var logins = await Task.WhenAll(people.Select((p, i) => _issue.RunAsync(p, i == 9 ? ["ivanov"] : [], null, default)));
        Assert.Equal("ivanov", logins[9]);
        Assert.Equal(Enumerable.Range(2, 31).Where(n => n is not (7 or 20)).Select(n => $"ivanov{n}").Append("ivanov").Order(StringComparer.Ordinal),
            logins.Order(StringComparer.Ordinal));
    }

    /// <summary>A record of staff or of a pupil, as far as its journal login goes.</summary>
    private Task RecordAsync(string kind, string journalLogin) => ExecuteAsync($"""
        insert into registries.{kind}_record (record_id, org_nsi_id, last_name, first_name, name_key, identifiers, journal_login, row_hash
                                              {(kind == "staff" ? ", is_teacher" : ", phones_sealed, emails_sealed")})
        values (gen_random_uuid()::text, '4185', 'Иванов', 'Иван', 0, '{"{}"}', '{journalLogin}', '' {(kind == "staff" ? ", true" : ", '{}', '{}'")})
        """);

    private async Task<Visitor> PersonAsync(string surname)
    {
        var visitor = new Visitor
        {
            AccountId = Guid.CreateVersion7(), ProfileId = Guid.CreateVersion7(), LastName = surname, FirstName = "Анна", TraceDigits = TraceNumber.New().Digits,
        };
        await using var connection = await _source.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            insert into signin.account (id, issuer, subject, last_name, first_name, seen_at) values (@AccountId, 'http://portal', @AccountId::text, @LastName, @FirstName, @now);
            insert into signin.profile (id, account_id, created_at) values (@ProfileId, @AccountId, @now)
            """, new { visitor.AccountId, visitor.ProfileId, visitor.LastName, visitor.FirstName, now = _clock.GetUtcNow() });
        return visitor;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = await _source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql);
    }

    private async Task<string?> TextAsync(string sql)
    {
        await using var connection = await _source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<string?>(sql);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }
}
