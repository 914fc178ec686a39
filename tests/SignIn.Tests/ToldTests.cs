using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Aupd.SignIn.NoAccount;
using Aupd.SignIn.Profiles;

namespace Aupd.SignIn.Tests;

/// <summary>The page "there is no such account" answers nobody's question about a stranger.</summary>
public sealed class ToldTests
{
    private static readonly PortalAccount Bare = new("https://portal.example", "s", PersonName.TryCreate("Чужая", "Марина", "Викторовна")!);
    private static readonly PortalAccount Unconfirmed = Bare with { Snils = Snils.TryParse("00000100000") };

    public static TheoryData<string, string, string> NearByTypedData => new()
    {
        { "staff", "name_differs", "name=differs snils=agrees_unconfirmed term=current" },
        { "staff", "snils_unconfirmed", "name=agrees snils=agrees_unconfirmed term=current" },
        { "staff", "snils_differs", "name=agrees snils=differs term=current" },
        { "staff", "snils_missing", "name=agrees snils=account_has_none term=current" },
        { "staff", "snils_missing_in_registry", "name=agrees snils=registry_has_none term=current" },
        { "staff", "duplicate_account", "name=differs snils=agrees_unconfirmed term=current" },
        { "pupil", "duplicate_account", "name=agrees snils=account_has_none phone=differs email=differs birth_date=agrees" },
        { "guardian", "contacts_differ", "name=agrees snils=account_has_none phone=differs email=differs birth_date=agrees" },
        { "guardian", "snils_unconfirmed", "name=agrees snils=agrees_unconfirmed phone=differs email=differs birth_date=differs" },
    };

    [Theory]
    [MemberData(nameof(NearByTypedData))]
    public void What_was_merely_typed_in_gives_the_same_page_whether_or_not_the_registries_know_it(string role, string reason, string evidence)
    {
        var near = KeptVerdict.Of(new Verdict(role, "r1", "4185", false, reason, "", evidence));
        var nothing = KeptVerdict.Of(new Verdict("none", null, null, false, "no_record", "", ""));
        foreach (var account in new[] { Bare, Unconfirmed, Bare with { SnilsInvalid = true } })
            Assert.Equal(Told.To(account, [nothing]), Told.To(account, [near]));
        Assert.Equal(["snils_unconfirmed"], Told.To(Unconfirmed, [near]).Select(v => v.Reason));
    }

    [Fact]
    public void What_a_confirmed_СНИЛС_or_contact_stands_behind_is_told()
    {
        var byPhone = KeptVerdict.Of(new Verdict("guardian", "g1", "4185", false, "name_differs", "surname", "name=surname_differs snils=registry_has_none phone=agrees"));
        Assert.Equal([byPhone], Told.To(Bare, [byPhone]));
        var byName = KeptVerdict.Of(new Verdict("staff", "t1", "4185", false, "snils_differs", "", "name=agrees snils=differs term=current"));
        Assert.Equal([byName], Told.To(Unconfirmed with { SnilsConfirmed = true }, [byName]));
    }
}
