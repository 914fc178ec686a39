using System.Text;

namespace Aupd.OpenId.Tests.Fuzzing;

/// <summary>Requests near to good ones: what is spoilt must get past the first check to reach the second.</summary>
internal sealed class Templates(Random random)
{
    private const string Form = "authorization_code code redirect_uri code_verifier";
    private const string Exchange = "urn:ietf:params:oauth:grant-type:token-exchange subject_token subject_token_type resource";
    private static readonly string[] Handles = ["AGqZk0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAA", "x.y.z", "eyJhbGciOiJub25lIn0.e30.", ""];

    /// <summary>Every grant that somebody's token endpoint knows, with the parameters it takes; those we do not have are bad input too.</summary>
    private static readonly string[] Grants =
    [
        Form, "refresh_token refresh_token scope", "client_credentials scope resource", "urn:ietf:params:oauth:grant-type:device_code device_code",
        Exchange + " requested_token_type actor_token actor_token_type audience", Exchange,
        "urn:ietf:params:oauth:grant-type:jwt-bearer assertion", "password username password", "implicit scope", "urn:openid:params:grant-type:ciba auth_req_id",
    ];

    /// <summary>What may be added anywhere.</summary>
    public static readonly string[] Extras =
    [
        "claims", "request", "request_uri", "registration", "client_assertion", "client_assertion_type", "id_token_hint", "resource", "dpop_jkt", "authorization_details",
        "max_age", "prompt", "acr_values", "ui_locales", "display", "login_hint", "nonce", "state", "token", "user_code", "device_code", "audience", "access_token", "logout_hint",
        "post_logout_redirect_uri", "scope", "response_mode", "code_challenge_method", "client_secret", "code_verifier", "subject_token", "assertion", "unheard_of",
    ];

    public FuzzCase Next(string path)
    {
        var made = new FuzzCase { Path = path };
        switch (path)
        {
            case "/connect/authorize": Browser(made); Authorization(made); break;
            case "/connect/logout": Browser(made); Add(made, ("id_token_hint", "a.b.c"), ("post_logout_redirect_uri", "https://web.test/bye"), ("client_id", "web"), ("state", "s")); break;
            case "/connect/token": Token(made); break;
            case "/connect/par": Client(made); Authorization(made); break;
            case "/connect/userinfo": Bearer(made); break;
            default:
                if (random.Next(2) == 0) Browser(made);
                Client(made);
                Add(made, ("request", Pick(Handles)), ("token", Pick(Handles)), ("token_type_hint", "access_token"), ("scope", "openid"), ("user_code", "BCDF-GHJK"));
                break;
        }
        return made;
    }

    private void Browser(FuzzCase made)
    {
        if (random.Next(2) == 0) made.Method = "GET";
    }

    private void Authorization(FuzzCase made)
    {
        Add(made, [.. TestBrowser.Request().Where(p => made.Parameters.All(q => Encoding.ASCII.GetString(q.Name) != p.Key)).Select(p => (p.Key, p.Value))]);
        if (random.Next(3) == 0) Add(made, ("response_mode", "form_post"));
    }

    // By either method; sometimes a public client, by its name.
    private void Client(FuzzCase made)
    {
        if (random.Next(4) == 0) Add(made, ("client_id", "app"));
        else if (random.Next(2) == 0) Add(made, ("client_id", "web"), ("client_secret", TestBrowser.Secret));
        else made.Headers.Add(("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("web:" + TestBrowser.Secret))));
    }

    private void Token(FuzzCase made)
    {
        var grant = Pick(Grants);
        if (grant.StartsWith(Exchange, StringComparison.Ordinal) && random.Next(4) > 0) Add(made, ("client_id", "acting"), ("client_secret", TestBrowser.Secret));
        else Client(made);
        var words = grant.Split(' ');
        Add(made, ("grant_type", words[0]));
        foreach (var name in words.Skip(1)) Add(made, (name, name switch { "redirect_uri" => "https://web.test/cb", "code_verifier" => TestBrowser.Verifier, "scope" => "openid",
            "subject_token_type" => "urn:ietf:params:oauth:token-type:access_token", "resource" => "https://library.test/api", _ => Pick(Handles) }));
    }

    private void Bearer(FuzzCase made)
    {
        made.Method = random.Next(2) == 0 ? "GET" : "POST";
        if (made.Method == "POST" && random.Next(2) == 0) Add(made, ("access_token", Pick(Handles)));
        else made.Headers.Add(("Authorization", (random.Next(2) == 0 ? "Bearer " : "DPoP ") + Pick(Handles)));
    }

    private static void Add(FuzzCase made, params (string Name, string Value)[] parameters)
    {
        foreach (var (name, value) in parameters) made.Parameters.Add((Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(Uri.EscapeDataString(value))));
    }

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
