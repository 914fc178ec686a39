using Aupd.Registries.Doors;

namespace Aupd.SignIn.Tests;

/// <summary>The dispatcher, row by row.</summary>
public sealed class NextStepTests
{
    private static readonly DateTimeOffset Now = new(2026, 9, 1, 5, 30, 0, TimeSpan.Zero);
    private static readonly Service Journal = new("journal", "Журнал", "Journal", "http://demo/journal/login", ["staff"], [RegistryRole.Staff]);
    private static readonly Service Diary = new("diary", "Дневник", "Diary", "http://demo/diary/login", ["pupil", "guardian"], [RegistryRole.Pupil, RegistryRole.Guardian]);
    private static readonly Service Help = new("help", "Справка", "Help", "http://demo/help/login", [], []);
    private static readonly SessionFacts Session = new("person", Now, Now, null);

    private static SignInState State(params HeldRole[] roles) => new(Session, IsActivated: true, IsDisabled: false, roles, null, [Help, Journal, Diary]);

    private static RequestFacts Asks(params string[] roles) => new(roles, Now, null, SelectAsked: false, null, null);

    private static Step Decide(SignInState state) => NextStep.Decide(state);

    [Fact]
    public void Nobody_signed_in_is_sent_to_sign_in() => Assert.Equal(new Step.Authenticate(false), Decide(State(Roles.Staff()) with { Session = null }));

    [Fact]
    public void An_account_without_roles_is_told_so() => Assert.IsType<Step.NoSuchAccount>(Decide(State()));

    [Fact]
    public void An_account_without_roles_is_told_so_also_when_a_service_asks() => Assert.IsType<Step.NoSuchAccount>(Decide(State() with { Request = Asks() }));

    [Fact]
    public void A_disabled_profile_goes_nowhere() => Assert.IsType<Step.Disabled>(Decide(State(Roles.Staff()) with { IsDisabled = true }));

    [Fact]
    public void A_teacher_activates_first() => Assert.IsType<Step.Activate>(Decide(State(Roles.Staff()) with { IsActivated = false }));

    [Fact]
    public void A_pupil_activates_first() => Assert.IsType<Step.Activate>(Decide(State(Roles.Pupil()) with { IsActivated = false, Request = Asks("pupil") }));

    [Fact]
    public void A_guardian_never_activates() => Assert.Equal(new Step.Land(Roles.Guardian(), Diary).Service, Assert.IsType<Step.Land>(Decide(State(Roles.Guardian()) with { IsActivated = false })).Service);

    [Fact]
    public void Staff_of_a_private_school_do_not_activate() =>
        Assert.Equal(Journal, Assert.IsType<Step.Land>(Decide(State(Roles.Staff(activation: false)) with { IsActivated = false })).Service);

    [Fact]
    public void A_teacher_who_is_a_parent_activates_before_choosing() =>
        Assert.IsType<Step.Activate>(Decide(State(Roles.Staff(), Roles.Guardian()) with { IsActivated = false }));

    [Fact]
    public void A_teacher_lands_in_the_journal() => Assert.Equal(Journal, Assert.IsType<Step.Land>(Decide(State(Roles.Staff()))).Service);

    [Fact]
    public void A_pupil_lands_in_the_diary() => Assert.Equal(Diary, Assert.IsType<Step.Land>(Decide(State(Roles.Pupil()))).Service);

    [Fact]
    public void Without_the_home_service_another_open_one_is_taken() =>
        Assert.Equal(Help, Assert.IsType<Step.Land>(Decide(State(Roles.Pupil()) with { Services = [Journal, Help] })).Service);

    [Fact]
    public void Without_any_open_service_one_sees_ones_own_page() => Assert.IsType<Step.OwnPage>(Decide(State(Roles.Pupil()) with { Services = [Journal] }));

    [Fact]
    public void Several_roles_lead_to_the_chooser() => Assert.Equal(2, Assert.IsType<Step.Choose>(Decide(State(Roles.Staff(), Roles.Guardian()))).Among.Count);

    [Fact]
    public void A_service_gets_the_one_role_that_fits_without_a_question() =>
        Assert.Equal("guardian", Assert.IsType<Step.Issue>(Decide(State(Roles.Staff(), Roles.Guardian()) with { Request = Asks("pupil", "guardian") })).Role.Id);

    [Fact]
    public void A_service_that_fits_no_role_is_refused_in_words() => Assert.IsType<Step.NoRight>(Decide(State(Roles.Guardian()) with { Request = Asks("staff") }));

    [Fact]
    public void Several_fitting_roles_are_chosen_among_and_no_others()
    {
        var step = Decide(State(Roles.Staff("s1"), Roles.Staff("s2", nsiId: "653"), Roles.Guardian()) with { Request = Asks("staff") });
        Assert.Equal(["staff:s1", "staff:s2"], Assert.IsType<Step.Choose>(step).Among.Select(r => r.Id));
    }

    [Fact]
    public void The_role_in_use_is_taken_without_a_question()
    {
        var step = Decide(State(Roles.Staff("s1"), Roles.Staff("s2")) with { Session = Session with { ActiveRole = "staff:s2" }, Request = Asks("staff") });
        Assert.Equal("staff:s2", Assert.IsType<Step.Issue>(step).Role.Id);
    }

    [Fact]
    public void A_role_in_use_that_is_lost_is_asked_for_again()
    {
        var step = Decide(State(Roles.Staff("s1"), Roles.Staff("s2")) with { Session = Session with { ActiveRole = "staff:gone" }, Request = Asks("staff") });
        Assert.IsType<Step.Choose>(step);
    }

    [Fact]
    public void A_service_may_ask_for_the_chooser_though_a_role_is_in_use()
    {
        var state = State(Roles.Staff("s1"), Roles.Staff("s2")) with { Session = Session with { ActiveRole = "staff:s1" } };
        Assert.IsType<Step.Choose>(Decide(state with { Request = Asks("staff") with { SelectAsked = true } }));
        var chosen = Decide(state with { Request = Asks("staff") with { SelectAsked = true, ChosenRole = "staff:s2" } });
        Assert.Equal("staff:s2", Assert.IsType<Step.Issue>(chosen).Role.Id);
    }

    [Fact]
    public void A_chosen_role_that_does_not_fit_the_service_is_not_taken() =>
        Assert.IsType<Step.Choose>(Decide(State(Roles.Staff("s1"), Roles.Staff("s2"), Roles.Guardian()) with { Request = Asks("staff") with { ChosenRole = "guardian" } }));

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(-10, -10, true)]
    [InlineData(-10, -11, false)] // the portal's proof is older than asked for
    [InlineData(1, 2, false)] // the session began before the moment asked for
    public void A_service_may_ask_for_a_fresh_proof(int afterSeconds, int authenticatedSeconds, bool isFresh)
    {
        var session = Session with { AuthenticatedAt = Now.AddSeconds(authenticatedSeconds) };
        var step = Decide(State(Roles.Staff()) with { Session = session, Request = Asks("staff") with { AuthenticatedAfter = Now.AddSeconds(afterSeconds) } });
        Assert.Equal(isFresh, step is Step.Issue);
        if (!isFresh) Assert.Equal(new Step.Authenticate(true), step);
    }

    [Fact]
    public void Another_person_than_the_service_means_signs_in_once_more_and_then_is_refused()
    {
        var before = State(Roles.Staff()) with { Session = Session with { CreatedAt = Now.AddMinutes(-1) }, Request = Asks("staff") with { SubjectHint = "someone-else" } };
        Assert.Equal(new Step.Authenticate(true), Decide(before));
        Assert.IsType<Step.NoRight>(Decide(before with { Session = Session with { CreatedAt = Now.AddSeconds(1) } }));
    }
}
