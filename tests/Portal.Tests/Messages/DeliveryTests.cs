using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Aupd.Portal.Doors;
using Aupd.Portal.Messages;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Messages;

/// <summary>A mail server and an SMS gateway that fail at first, and the outbox between them and the pages.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private readonly LoopbackSmtp _smtp = new();
    private readonly LoopbackSmsGateway _sms = new();
    private SendingSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = new SendingSite(_smtp.Port, _sms.Url);
        await _site.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _smtp.Dispose();
        _sms.Dispose();
    }

    [Fact, Trait("takes", "long")]
    public async Task Messages_outlive_a_dead_mail_server_and_a_dead_gateway()
    {
        (_smtp.Failures, _sms.Failures) = (1, 1);
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await _site.NewBrowser().GetAsync("/register");
        await browser.SubmitAndFollowAsync(("Last", "Иванова"), ("First", "Мария"), ("Middle", "Петровна"), ("BirthDate", "08.03.1985"));
        await browser.SubmitAndFollowAsync(("Phone", phone));
        Assert.Equal("/register/phone-code", browser.Path());
        var text = await ArrivesAsync(_sms.Taken);
        Assert.Equal(2, _sms.Ids.Count);
        Assert.Single(_sms.Ids.Distinct());
        Assert.Equal("Bearer sms-key", _sms.Authorization);
        await browser.SubmitAndFollowAsync(("Code", text[..6]));
        await browser.SubmitAndFollowAsync(("Email", email));
        var mail = await ArrivesAsync(_smtp.Taken);
        Assert.Equal(2, _smtp.Connections);
        Assert.Contains("Auto-Submitted: auto-generated", mail);
        Assert.Contains($"RCPT TO:<{email}>", mail);
        Assert.Equal("/register/email-code", browser.Path());
    }

    [Fact]
    public async Task What_a_mail_server_says_of_an_address_stays_out_of_log_and_outbox()
    {
        using var server = new LoopbackSmtp { Failures = 1 };
        var sender = new SmtpEmailSender(new MessageSettings { SmtpHost = "127.0.0.1", SmtpPort = server.Port, SmtpTls = false });
        var fault = await Assert.ThrowsAsync<System.Net.Mail.SmtpException>(() =>
            sender.SendAsync(new EmailMessage(Guid.CreateVersion7(), Email.TryParse("secret@mail.example")!, "s", "t"), default));
        Assert.DoesNotContain("secret", fault.ToString());
    }

    [Fact]
    public async Task In_the_outbox_neither_code_nor_phone_can_be_read()
    {
        _sms.Failures = 1000;
        var phone = SelfServiceSite.NewContacts().Phone;
        var browser = await _site.NewBrowser().GetAsync("/register");
        await browser.SubmitAndFollowAsync(("Last", "Иванова"), ("First", "Мария"), ("Middle", "Петровна"), ("BirthDate", "08.03.1985"));
        await browser.SubmitAndFollowAsync(("Phone", phone));
        var payload = await _site.AskAsync<string>("select payload::text from kernel.outbox where topic = 'portal.message-written' limit 1");
        Assert.NotNull(payload);
        Assert.DoesNotContain(phone[2..], payload);
        Assert.DoesNotContain("код", payload);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/dev/messages")).Status);
        Assert.Equal(0, await _site.AskAsync<long>("select count(*) from portal.shown_message"));
    }

    [Theory]
    [InlineData("https://portal.example")]
    [InlineData("http://portal.example")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("https://localhost")]
    public async Task Messages_are_never_shown_on_a_portal_that_others_can_reach(string url)
    {
        var refused = await Assert.ThrowsAsync<SettingsException>(() => RunningService.StartAsync(new Dictionary<string, string?> { ["Sites:PortalUrl"] = url, ["Sites:TrustedProxies"] = "127.0.0.1" }));
        Assert.Contains("Portal:Messages:Mode", refused.Message);
    }

    [Fact]
    public async Task Sending_without_a_server_to_send_by_stops_the_start()
    {
        var refused = await Assert.ThrowsAsync<SettingsException>(() => RunningService.StartAsync(new Dictionary<string, string?> { ["Portal:Messages:Mode"] = "send" }));
        Assert.Contains("SmtpHost", refused.Message);
        Assert.Contains("SmsUrl", refused.Message);
    }

    // The clock goes on meanwhile, so that a delivery that was put off comes due.
    private Task<string> ArrivesAsync(ConcurrentQueue<string> taken) => Eventually.GetAsync("a message", () =>
    {
        _site.Clock.Advance(TimeSpan.FromMilliseconds(40));
        return Task.FromResult(taken.TryDequeue(out var arrived) ? arrived : null);
    });

    private sealed class SendingSite(int smtpPort, string smsUrl) : PortalSite
    {
        protected override Dictionary<string, string?> Settings => new(base.Settings)
        {
            ["Portal:Messages:Mode"] = MessageSettings.Send, ["Portal:Messages:SmtpHost"] = "127.0.0.1", ["Portal:Messages:SmtpPort"] = smtpPort.ToString(),
            ["Portal:Messages:SmtpTls"] = "false", ["Portal:Messages:SmsUrl"] = smsUrl, ["Portal:Messages:SmsKey"] = "sms-key",
        };
    }
}

/// <summary>Speaks just enough SMTP (RFC 5321) to take a message, or to refuse it with 451.</summary>
internal sealed class LoopbackSmtp : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _connections;

    public LoopbackSmtp()
    {
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public int Failures { get; set; }
    public int Connections => _connections;
    public ConcurrentQueue<string> Taken { get; } = [];

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(), Interlocked.Increment(ref _connections) <= Failures);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }

    private async Task ServeAsync(TcpClient client, bool fails)
    {
        using var _ = client;
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        var heard = new StringBuilder();
        await writer.WriteLineAsync("220 loopback");
        for (var inData = false; await reader.ReadLineAsync() is { } line;)
        {
            heard.AppendLine(line);
            if (inData && line != ".") continue;
            inData = line == "DATA" && !fails;
            if (line == ".") Taken.Enqueue(heard.ToString());
            await writer.WriteLineAsync(line switch
            {
                "DATA" => fails ? "451 try again later, secret@mail.example" : "354 go on",
                "QUIT" => "221 bye",
                _ => "250 ok",
            });
        }
    }
}

internal sealed class LoopbackSmsGateway : IDisposable
{
    private readonly HttpListener _listener = new();
    private int _asked;

    public LoopbackSmsGateway()
    {
        var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/sms/";
        probe.Stop();
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public string Url { get; }
    public int Failures { get; set; }
    public string? Authorization { get; private set; }
    public ConcurrentQueue<string> Ids { get; } = [];
    /// <summary>Texts of the messages.</summary>
    public ConcurrentQueue<string> Taken { get; } = [];

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
                Ids.Enqueue(context.Request.Headers["Idempotency-Key"]!);
                Authorization = context.Request.Headers["Authorization"];
                var fails = ++_asked <= Failures;
                if (!fails) Taken.Enqueue(body.RootElement.GetProperty("text").GetString()!);
                context.Response.StatusCode = fails ? 503 : 202;
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException) { }
    }
}
