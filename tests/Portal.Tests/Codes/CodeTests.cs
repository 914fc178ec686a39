using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Codes;
using Aupd.Portal.Messages;
using Aupd.Portal.Tests.Support;

namespace Aupd.Portal.Tests.Codes;

public sealed class CodeTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private readonly SpendCode _spend = site.Get<SpendCode>();
    private readonly IssueCode _issue = site.Get<IssueCode>();

    [Fact]
    public async Task A_code_is_spent_once_when_thirty_requests_race()
    {
        var (binding, code) = await IssuedAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SpendAsync(binding, code)));
        Assert.Single(outcomes.OfType<SpendCodeOutcome.Right>());
        Assert.Equal(29, outcomes.OfType<SpendCodeOutcome.Over>().Count());
    }

    [Fact]
    public async Task Thirty_racing_guesses_get_five_tries_together()
    {
        var (binding, code) = await IssuedAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SpendAsync(binding, SelfServiceSite.Other(code))));
        Assert.Equal([1, 2, 3, 4], outcomes.OfType<SpendCodeOutcome.Wrong>().Select(w => w.TriesLeft).Order());
        Assert.IsType<SpendCodeOutcome.Over>(await SpendAsync(binding, code));
    }

    [Fact]
    public async Task The_fifth_try_may_be_the_right_one()
    {
        var (binding, code) = await IssuedAsync();
        for (var i = 0; i < 4; i++) Assert.IsType<SpendCodeOutcome.Wrong>(await SpendAsync(binding, SelfServiceSite.Other(code)));
        Assert.IsType<SpendCodeOutcome.Right>(await SpendAsync(binding, code));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("１２３４５６")]
    [InlineData("12345\0")]
    [InlineData("' or 1=1")]
    public async Task What_cannot_be_a_code_costs_no_try(string? typed)
    {
        var (binding, code) = await IssuedAsync();
        for (var i = 0; i < 6; i++) Assert.IsType<SpendCodeOutcome.NotSixDigits>(await SpendAsync(binding, typed));
        Assert.IsType<SpendCodeOutcome.Right>(await SpendAsync(binding, $" {code[..3]} {code[3..]} "));
    }

    [Fact]
    public async Task A_code_is_good_for_ten_minutes_and_not_a_moment_longer()
    {
        var (early, earlyCode) = await IssuedAsync();
        var (late, lateCode) = await IssuedAsync();
        site.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.IsType<SpendCodeOutcome.Right>(await SpendAsync(early, earlyCode));
        site.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<SpendCodeOutcome.Over>(await SpendAsync(late, lateCode));
    }

    [Fact]
    public async Task A_code_serves_its_own_flow_purpose_and_target_alone()
    {
        var (binding, code) = await IssuedAsync();
        var (other, _) = await IssuedAsync();
        foreach (var wrong in new[] { binding with { Flow = other.Flow }, binding with { Purpose = CodePurpose.Recover }, binding with { Target = other.Target } })
            Assert.IsNotType<SpendCodeOutcome.Right>(await SpendAsync(wrong, code));
        Assert.IsType<SpendCodeOutcome.Right>(await SpendAsync(binding, code));
    }

    [Fact]
    public async Task Another_code_may_be_asked_for_after_a_minute_and_ends_the_first()
    {
        var (binding, first) = await IssuedAsync();
        var to = new ContactPoint.ByPhone(Phone.TryParse(SelfServiceSite.NewContacts().Phone)!);
        site.Clock.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMilliseconds(1));
        Assert.IsType<IssueCodeOutcome.TooSoon>(await AskAsync(binding, to));
        site.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(binding, to));
        var second = await site.CodeToAsync(to.Plain);
        if (first != second) Assert.IsType<SpendCodeOutcome.Wrong>(await SpendAsync(binding, first));
        Assert.IsType<SpendCodeOutcome.Right>(await SpendAsync(binding, second));
    }

    [Fact]
    public async Task Thirty_racing_requests_send_one_message()
    {
        var (binding, to) = NewBinding();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AskAsync(binding, to)));
        Assert.Single(outcomes.OfType<IssueCodeOutcome.Sent>());
        Assert.Single(await site.MessagesToAsync(to.Plain));
    }

    [Fact]
    public async Task One_phone_gets_six_codes_an_hour_from_however_many_browsers()
    {
        site.Clock.Advance(TimeSpan.FromMinutes(60 - site.Clock.GetUtcNow().Minute));
        var (binding, to) = NewBinding();
        for (var i = 0; i < 6; i++) Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(binding with { Flow = [(byte)i] }, to, $"network {i / 3}"));
        var refused = Assert.IsType<IssueCodeOutcome.TooMany>(await AskAsync(binding with { Flow = [7] }, to, "network 2"));
        site.Clock.Advance(refused.RetryAfter);
        Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(binding with { Flow = [8] }, to));
    }

    [Fact]
    public async Task A_stranger_elsewhere_does_not_use_up_the_codes_of_the_owner()
    {
        site.Clock.Advance(TimeSpan.FromMinutes(60 - site.Clock.GetUtcNow().Minute));
        var (binding, to) = NewBinding();
        for (var i = 0; i < 4; i++) Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(binding with { Flow = [(byte)i] }, to, "stranger"));
        for (var i = 4; i < 30; i++) Assert.IsType<IssueCodeOutcome.TooMany>(await AskAsync(binding with { Flow = [(byte)i] }, to, "stranger"));
        Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(binding with { Flow = [100] }, to, "owner"));
        Assert.Equal(5, (await site.MessagesToAsync(to.Plain)).Count);
    }

    [Fact]
    public async Task A_phone_found_under_several_identifiers_is_not_rung_more_often()
    {
        site.Clock.Advance(TimeSpan.FromMinutes(60 - site.Clock.GetUtcNow().Minute));
        var (_, to) = NewBinding();
        for (var i = 0; i < 12; i++) Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(new CodeBinding([(byte)i, 1], CodePurpose.Recover, [(byte)i, 2]), to, $"network {i % 3}"));
        Assert.Equal(6, (await site.MessagesToAsync(to.Plain)).Count);
    }

    [Fact]
    public async Task Where_another_letter_goes_out_no_code_is_right()
    {
        var (binding, to) = NewBinding();
        await _issue.RunAsync(new CodeAsk(binding, "test", true, new CodeLetter.Instead(new OutgoingMessage(to, "", "у вас есть учётная запись"))), default);
        Assert.Null((await site.MessagesToAsync(to.Plain))[0].Code);
        Assert.IsType<SpendCodeOutcome.Wrong>(await SpendAsync(binding, "000000"));
    }

    private (CodeBinding Binding, ContactPoint.ByPhone To) NewBinding()
    {
        var to = new ContactPoint.ByPhone(Phone.TryParse(SelfServiceSite.NewContacts().Phone)!);
        return (new CodeBinding(Guid.CreateVersion7().ToByteArray(), CodePurpose.Register, to.Index(site.Get<Sealer>())), to);
    }

    private async Task<(CodeBinding, string)> IssuedAsync()
    {
        var (binding, to) = NewBinding();
        Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(binding, to));
        return (binding, await site.CodeToAsync(to.Plain));
    }

    private Task<IssueCodeOutcome> AskAsync(CodeBinding binding, ContactPoint to, string address = "test") =>
        _issue.RunAsync(new CodeAsk(binding, address, true, new CodeLetter.WithCode(to, code => new OutgoingMessage(to, "", $"{code} — код"))), default);

    private async Task<SpendCodeOutcome> SpendAsync(CodeBinding binding, string? typed)
    {
        await using var connection = await site.Service.Source.OpenConnectionAsync();
        return await _spend.RunAsync(connection, binding, typed, default);
    }
}

/// <summary>The limits that all share, set low.</summary>
public sealed class SharedCodeLimitTests
{
    [Fact]
    public async Task Sms_in_all_and_codes_from_one_address_have_their_limits()
    {
        var site = new NarrowSite();
        await site.InitializeAsync();
        try
        {
            for (var i = 0; i < 3; i++) Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(site, $"a{i}", sms: true));
            Assert.IsType<IssueCodeOutcome.TooMany>(await AskAsync(site, "a4", sms: true));
            for (var i = 0; i < 4; i++) Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(site, "b", sms: false));
            Assert.IsType<IssueCodeOutcome.TooMany>(await AskAsync(site, "b", sms: false));
            Assert.IsType<IssueCodeOutcome.Sent>(await AskAsync(site, "c", sms: false));
        }
        finally { await site.DisposeAsync(); }
    }

    private static Task<IssueCodeOutcome> AskAsync(NarrowSite site, string address, bool sms) => site.Get<IssueCode>().RunAsync(
        new CodeAsk(new CodeBinding(Guid.CreateVersion7().ToByteArray(), CodePurpose.Register, Guid.CreateVersion7().ToByteArray()), address, sms, new CodeLetter.Nobody()), default);

    private sealed class NarrowSite : PortalSite
    {
        protected override Dictionary<string, string?> Settings => new(base.Settings) { ["Portal:Codes:SmsHourly"] = "3", ["Portal:Codes:PerAddressHourly"] = "4" };
    }
}
