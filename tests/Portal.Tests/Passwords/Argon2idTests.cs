using System.Text;
using Aupd.Portal.Passwords;

namespace Aupd.Portal.Tests.Passwords;

public sealed class Argon2idTests
{
    // From test.c of the reference implementation, phc-winner-argon2: "password", "somesalt".
    [Theory]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")]
    [InlineData("$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc")]
    public void The_reference_strings_verify_whatever_their_parameters(string hash)
    {
        Assert.True(Argon2id.Verify(hash, "password"u8));
        Assert.False(Argon2id.Verify(hash, "Password"u8));
    }

    [Fact]
    public void A_hash_names_its_parameters_and_asks_to_be_made_anew_when_they_change()
    {
        var hash = Argon2id.Hash(Encoding.UTF8.GetBytes("слово"), 2, 19_456);
        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", hash);
        Assert.True(Argon2id.Verify(hash, Encoding.UTF8.GetBytes("слово")));
        Assert.False(Argon2id.NeedsRehash(hash, 2, 19_456));
        Assert.True(Argon2id.NeedsRehash(hash, 3, 19_456));
        Assert.True(Argon2id.NeedsRehash(hash, 2, 32_768));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$")]
    [InlineData("$2b$12$abcdefghijklmnopqrstuu")]
    [InlineData("nonsense that is longer than any string of Argon2id could be, and goes on and on and on, well past a hundred and twenty-eight characters")]
    public void A_damaged_hash_verifies_nothing(string hash)
    {
        Assert.False(Argon2id.Verify(hash, "password"u8));
        Assert.True(Argon2id.NeedsRehash(hash, 2, 19_456));
    }
}
