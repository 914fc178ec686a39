using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Aupd.Bench.Provider;

/// <summary>The operations that are measured, as clients and browsers make them; each worker is a person of its own with a connection of its
/// own.</summary>
internal sealed class Scenarios : IDisposable
{
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static readonly string Credentials = $"&client_id={People.ClientId}&client_secret={People.Secret}";
    private static readonly string AuthorizePath = "/connect/authorize?" + string.Join('&',
        $"client_id={People.ClientId}", "redirect_uri=" + Uri.EscapeDataString(People.Callback), "response_type=code", "scope=openid%20profile%20roles", "state=s",
        "nonce=n", "code_challenge_method=S256", "code_challenge=" + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))));

    private readonly int _port;
    private readonly Person[] _people;
    private readonly byte[] _clientCredentials;

    // So many that no row is refreshed more often than every few seconds: of the same few over and over, the versions pile up faster than they can be
    // pruned, which is no likeness of a million clients that come once an hour.
    private const int GrantsEach = 500;

    /// <param name="Refresh">Tokens that are good, the one that waits longest first.</param>
    private sealed record Person(RawConnection Connection, byte[] Authorize, Queue<string> Refresh)
    {
        public string Access { get; set; } = "";
    }

    private Scenarios(int port, Person[] people)
    {
        (_port, _people) = (port, people);
        _clientCredentials = RawConnection.Post(port, "/connect/token", $"grant_type=client_credentials&client_id={People.ServiceId}&client_secret={People.Secret}");
    }

    /// <summary>Everyone signs in with the password and gets a first pair of tokens.</summary>
    public static async Task<Scenarios> BeginAsync(int port, int workers)
    {
        var people = new Person[workers];
        for (var i = 0; i < workers; i++)
        {
            using var walk = new SignInWalk();
            await walk.RunAsync(AuthorizeUrl(port), People.Phone(i));
            var cookie = walk.CookieHeader($"http://localhost:{port}/");
            people[i] = new Person(new RawConnection(port), RawConnection.Get(port, AuthorizePath, $"Cookie: {cookie}\r\n"), new Queue<string>());
        }
        var scenarios = new Scenarios(port, people);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(scenarios.CodeFlowAsync));
        return scenarios;
    }

    /// <summary>Grants to refresh.</summary>
    public Task GrantAsync() => Task.WhenAll(Enumerable.Range(0, _people.Length).Select(async worker =>
    {
        while (_people[worker].Refresh.Count < GrantsEach) await CodeFlowAsync(worker);
    }));

    public static string AuthorizeUrl(int port) => $"http://localhost:{port}{AuthorizePath}";

    public void Dispose() => Array.ForEach(_people, p => p.Connection.Dispose());

    public async Task<string> AuthorizeAsync(int worker)
    {
        var person = _people[worker];
        await person.Connection.SendAsync(person.Authorize, 303);
        return person.Connection.Between("?code="u8, "&"u8);
    }

    public async Task RedeemAsync(int worker, string code)
    {
        var person = _people[worker];
        await person.Connection.SendAsync(RawConnection.Post(_port, "/connect/token",
            $"grant_type=authorization_code&code={code}&redirect_uri={Uri.EscapeDataString(People.Callback)}&code_verifier={Verifier}{Credentials}"), 200);
        Take(person);
    }

    public async Task CodeFlowAsync(int worker) => await RedeemAsync(worker, await AuthorizeAsync(worker));

    public async Task RefreshAsync(int worker)
    {
        var person = _people[worker];
        await person.Connection.SendAsync(RawConnection.Post(_port, "/connect/token", $"grant_type=refresh_token&refresh_token={person.Refresh.Dequeue()}{Credentials}"), 200);
        Take(person);
    }

    public Task UserInfoAsync(int worker)
    {
        var person = _people[worker];
        return person.Connection.SendAsync(RawConnection.Get(_port, "/connect/userinfo", $"Authorization: Bearer {person.Access}\r\n"), 200);
    }

    public Task IntrospectAsync(int worker)
    {
        var person = _people[worker];
        return person.Connection.SendAsync(RawConnection.Post(_port, "/connect/introspect", $"token={person.Access}{Credentials}"), 200);
    }

    public Task ClientCredentialsAsync(int worker) => _people[worker].Connection.SendAsync(_clientCredentials, 200);

    public Task JwksAsync(int worker) => _people[worker].Connection.SendAsync(RawConnection.Get(_port, "/connect/jwks"), 200);

    /// <summary>With a browser of its own each time; the person is another one each time.</summary>
    public async Task PasswordAsync(int worker, ConcurrentQueue<int> people)
    {
        if (!people.TryDequeue(out var person)) throw new InvalidOperationException("There are fewer people than workers.");
        try
        {
            using var walk = new SignInWalk();
            var address = await walk.RunAsync(AuthorizeUrl(_port), People.Phone(person));
            var code = address[(address.IndexOf("code=", StringComparison.Ordinal) + 5)..].Split('&')[0];
            await RedeemAsync(worker, code);
        }
        finally { people.Enqueue(person); }
    }

    private static void Take(Person person)
    {
        if (person.Refresh.Count < GrantsEach) person.Refresh.Enqueue(person.Connection.Between("\"refresh_token\":\""u8, "\""u8));
        person.Access = person.Connection.Between("\"access_token\":\""u8, "\""u8);
    }
}
