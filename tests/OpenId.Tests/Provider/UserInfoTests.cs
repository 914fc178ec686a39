using System.Net;

namespace Aupd.OpenId.Tests.Provider;

public sealed class UserInfoTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    [Fact]
    public async Task Claims_come_by_header_and_by_body_as_the_scopes_allow()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna", scope: "openid email")).Text("access_token")!;
        var answers = new[]
        {
            await browser.UserInfoAsync(token), await browser.GetAsync("/connect/userinfo", ("Authorization", "bearer " + token)),
            await browser.PostAsync("/connect/userinfo", [], ("Authorization", "Bearer " + token)),
            await browser.PostAsync("/connect/userinfo", [KeyValuePair.Create("access_token", token)]),
        };
        Assert.All(answers, a =>
        {
            Assert.Equal(HttpStatusCode.OK, a.Status);
            Assert.Equal(("anna", "anna@school.test", "no-store", "application/json"), (a.Text("sub"), a.Text("email"), a.Header("Cache-Control"), a.Header("Content-Type")));
            Assert.False(a.Json.TryGetProperty("name", out _));
        });
        Assert.Contains(fixture.People.Asked, a => a is { Subject: "anna", Context: "role-1", SessionId: not null, Client.ClientId: "web" });
    }

    [Fact]
    public async Task Without_a_token_there_are_only_the_challenges()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna")).Text("access_token")!;
        foreach (var seen in new[] { await browser.GetAsync("/connect/userinfo"), await browser.GetAsync("/connect/userinfo?access_token=" + token),
            await browser.GetAsync("/connect/userinfo", ("Authorization", "Basic d2ViOng=")), await browser.PostAsync("/connect/userinfo", []) })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, seen.Status);
            Assert.Equal($"Bearer realm=\"{fixture.Site.Issuer}\", DPoP algs=\"ES256 PS256\"", seen.Header("WWW-Authenticate"));
        }
    }

    [Fact]
    public async Task A_token_in_two_places_is_a_wrong_request()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna")).Text("access_token")!;
        var seen = await browser.PostAsync("/connect/userinfo", [KeyValuePair.Create("access_token", token)], ("Authorization", "Bearer " + token));
        Assert.Equal(HttpStatusCode.BadRequest, seen.Status);
        Assert.Contains("error=\"invalid_request\"", seen.Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task What_is_no_token_of_ours_is_refused(string token)
    {
        using var browser = fixture.Browser();
        var seen = await browser.UserInfoAsync(token);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (seen.Status, seen.Text("error")));
        Assert.Contains("error=\"invalid_token\"", seen.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task An_access_token_is_good_for_ten_minutes()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna")).Text("access_token")!;
        fixture.Clock.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(token)).Status);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task A_disabled_person_is_not_told_about()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("left")).Text("access_token")!;
        fixture.People.Disabled["left"] = true;
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(token)).Text("error"));
    }

    [Fact]
    public async Task The_subject_is_the_engines_word_whatever_the_site_says()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna")).Text("access_token")!;
        fixture.People.LyingSubject = "boris";
        Assert.Equal("anna", (await browser.UserInfoAsync(token)).Text("sub"));
        fixture.People.LyingSubject = null;
    }

    [Fact]
    public async Task Tokens_are_stored_only_as_hashes_and_what_says_no_more_than_its_grant_not_at_all()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("hashed", scope: "openid profile");
        var secret = Raw(tokens.Text("refresh_token"))[29..61];
        Assert.Equal(1L, await CountAsync("client_grant where sha256($1) = any(refresh_hashes)", secret));
        Assert.Equal(0L, await CountAsync("client_grant where $1 = any(refresh_hashes)", secret));
        Assert.Equal(0L, await CountAsync("access_token where token_hash in ($1, sha256($1))", Raw(tokens.Text("access_token"))[29..61]));
        var narrowed = Raw((await browser.RefreshAsync(tokens.Text("refresh_token")!, "web", ("scope", "openid"))).Text("access_token"));
        Assert.Equal(1L, await CountAsync("access_token where token_hash = sha256($1)", narrowed));
        Assert.Equal(0L, await CountAsync("access_token where token_hash = $1", narrowed));
    }

    private static byte[] Raw(string? token) => System.Buffers.Text.Base64Url.DecodeFromChars(token);

    private async Task<object?> CountAsync(string what, byte[] value)
    {
        await using var command = fixture.Site.Shared.Source.CreateCommand($"select count(*) from openid.{what}");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync();
    }

    [Fact]
    public async Task An_access_token_changed_anywhere_is_none()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna")).Text("access_token")!;
        for (var at = 0; at < token.Length; at += 5)
        {
            var changed = token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(changed)).Status);
        }
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(token)).Status);
    }
}
