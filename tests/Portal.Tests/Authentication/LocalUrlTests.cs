using Aupd.Portal.Authentication;

namespace Aupd.Portal.Tests.Authentication;

public sealed class LocalUrlTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/profile")]
    [InlineData("/connect/authorize/resume?request=abc&x=https://evil.example")]
    public void A_path_of_this_site_is_kept(string url) => Assert.Equal(url, LocalUrl.Check(url));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("profile")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\/evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData(" //evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\u0000")]
    [InlineData("/a\\b")]
    public void Whatever_a_browser_may_read_as_another_site_is_nothing(string? url) => Assert.Null(LocalUrl.Check(url));
}
