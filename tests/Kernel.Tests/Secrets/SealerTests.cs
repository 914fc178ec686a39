using System.Security.Cryptography;
using Aupd.Kernel.Secrets;

namespace Aupd.Kernel.Tests.Secrets;

public sealed class SealerTests
{
    private readonly Sealer _sealer = new(new byte[32]);

    [Fact]
    public void What_was_sealed_opens_again() => Assert.Equal("+79161234567", _sealer.OpenText(Purpose.Phone, _sealer.SealText(Purpose.Phone, "+79161234567")));

    [Fact]
    public void The_same_text_is_sealed_differently_each_time() =>
        Assert.NotEqual(_sealer.SealText(Purpose.Phone, "+79161234567"), _sealer.SealText(Purpose.Phone, "+79161234567"));

    [Fact]
    public void A_phone_cannot_be_opened_as_an_email() =>
        Assert.ThrowsAny<CryptographicException>(() => _sealer.OpenText(Purpose.Email, _sealer.SealText(Purpose.Phone, "+79161234567")));

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        var whole = _sealer.SealText(Purpose.Phone, "+7")!;
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.ThrowsAny<CryptographicException>(() => _sealer.OpenText(Purpose.Phone, damaged));
        }
    }

    [Fact]
    public void Another_master_key_neither_opens_nor_finds()
    {
        var other = new Sealer(Enumerable.Repeat((byte)1, 32).ToArray());
        Assert.ThrowsAny<CryptographicException>(() => other.OpenText(Purpose.Phone, _sealer.SealText(Purpose.Phone, "+7")));
        Assert.NotEqual(other.Index(Purpose.Phone, "+7"), _sealer.Index(Purpose.Phone, "+7"));
    }

    [Fact]
    public void An_index_is_the_same_each_time_and_another_per_purpose()
    {
        Assert.Equal(_sealer.Index(Purpose.Phone, "x"), _sealer.Index(Purpose.Phone, "x"));
        Assert.NotEqual(_sealer.Index(Purpose.Phone, "x"), _sealer.Index(Purpose.Email, "x"));
    }

    [Theory, InlineData(0), InlineData(31), InlineData(33)]
    public void A_master_key_of_the_wrong_length_is_refused(int length) => Assert.Throws<ArgumentException>(() => new Sealer(new byte[length]));
}
