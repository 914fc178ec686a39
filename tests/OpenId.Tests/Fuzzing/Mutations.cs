using System.Buffers.Text;
using System.Text;

namespace Aupd.OpenId.Tests.Fuzzing;

/// <summary>Ways of spoiling a request.</summary>
internal sealed partial class Mutations(Random random, string issuer, DateTimeOffset now)
{
    private readonly Random _random = random;
    private const int Deep = 10_000, Megabyte = 1 << 20;

    private delegate void Mutation(Mutations self, FuzzCase c);

    /// <param name="Weight">How often it is taken, against the others.</param>
    private sealed record Kind(string Name, int Weight, Mutation Run);

    private static readonly byte[][] BadUtf8 = [[0xFF, 0xFE], [0xC3, 0x28], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], "%FF"u8.ToArray(), "%C3%28"u8.ToArray(), "%ED%A0%80"u8.ToArray(), "%C0%80"u8.ToArray()];
    private static readonly byte[][] BadEscapes = ["%~"u8.ToArray(), "%4~"u8.ToArray(), "%zz"u8.ToArray(), "%u0041"u8.ToArray(), "%%34"u8.ToArray(), "%-1"u8.ToArray()];

    private static readonly string[] OddValues =
    [
        "", " ", "\t", "\r\nSet-Cookie: a=b", "null", "undefined", "true", "-1", "0", "99999999999999999999999999", "1e308", "NaN", "0x7FFFFFFF", "2147483648", "-9223372036854775808",
        "'; drop table openid.client; --", "' or '1'='1", "$1", "{0}", "%s%n", "${jndi:ldap://x}", "../../../../etc/passwd", "<script>alert(1)</script>", "\"", "\\", "\u202Eabc", "\uFEFF", "ё", "🙂",
        "a\u0300\u0301\u0302", "\uFFFD", "openid openid openid", "code code", "none login", "https://evil.example/", "//evil.example", "http://[::1", "http://127.0.0.1:9/", "urn:x:y", "urn:ietf:params:oauth:request_uri:x",
        "file:///etc/passwd", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "{}", "[]", "{\"userinfo\":null}", "{\"userinfo\":[]}", "{\"id_token\":{\"sub\":{\"value\":1}}}", "{\"userinfo\":{\"\":{}}}", "{\"a\":1,\"a\":2}", "{", "\"", "a.b.c", "....", "eyJ.eyJ.",
    ];

    /// <summary>After these a request may still be good.</summary>
    private static readonly Kind[] Mild =
    [
        new("an odd value", 12, (s, c) => s.Set(c, s.Pick(OddValues))),        new("deep JSON", 4, (s, c) => s.DeepJson(c)),
        new("a token of odd JSON", 6, (s, c) => s.OddToken(c)),                new("an odd time", 4, (s, c) => s.OddTime(c)),
        new("long", 3, (s, c) => s.Long(c)),                                   new("left out", 3, (s, c) => s.Remove(c)),
        new("an odd name", 2, (s, c) => s.OddName(c)),                         new("odd credentials", 5, (s, c) => s.Credentials(c)),
        new("an odd header", 5, (s, c) => s.OddHeader(c)),                     new("a body that is no form", 3, (s, c) => s.NoForm(c)),
        new("a length that is not so", 1, (s, c) => s.WrongLength(c)),         new("an odd chunk", 1, (s, c) => s.Chunked(c)),
        new("an odd version", 1, (s, c) => s.OddVersion(c)),                   new("a signed message of odd claims", 8, (s, c) => s.OddSigned(c)),
    ];

    /// <summary>After these it is not; they come last, so that nothing mends what they have broken.</summary>
    private static readonly Kind[] Fatal =
    [
        new("NUL", 4, (s, c) => s.Break(c, "%00"u8)),                          new("raw NUL", 1, (s, c) => s.Break(c, [0])),
        new("bad UTF-8", 4, (s, c) => s.Break(c, s.Pick(BadUtf8))),            new("bad escape", 4, (s, c) => s.Break(c, s.Pick(BadEscapes))),
        new("given twice", 4, (s, c) => s.Twice(c)),                           new("ten thousand", 1, (s, c) => s.TenThousand(c)),
        new("a megabyte", 1, (s, c) => s.Large(c, Megabyte - 2000)),           new("more than a megabyte", 1, (s, c) => s.Large(c, 2 * Megabyte)),
        new("another type", 4, (s, c) => s.AnotherType(c)),                    new("another method", 3, (s, c) => s.AnotherMethod(c)),
        new("huge headers", 1, (s, c) => s.HugeHeader(c)),
    ];

    public void Spoil(FuzzCase c)
    {
        var chosen = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Choose()).ToList();
        foreach (var kind in chosen.OrderBy(k => Array.IndexOf(Fatal, k) >= 0))
        {
            c.Done.Add(kind.Name);
            kind.Run(this, c);
        }
    }

    private Kind Choose()
    {
        var all = Mild.Concat(Fatal).ToList();
        var at = _random.Next(all.Sum(k => k.Weight));
        return all.First(k => (at -= k.Weight) < 0);
    }

    private void Break(FuzzCase c, ReadOnlySpan<byte> by)
    {
        var i = Any(c);
        var (name, value) = c.Parameters[i];
        var place = _random.Next(value.Length + 1);
        // Not between the digits of an escape, where it could repair one.
        while (place > 0 && (value[place - 1] == '%' || place > 1 && value[place - 2] == '%')) place--;
        c.Parameters[i] = _random.Next(5) == 0 ? ([.. name, .. by], value) : (name, [.. value[..place], .. by, .. value[place..]]);
        c.Fatal = true;
        // Only percent-encoded ASCII may stand in a request line: the server itself refuses the rest.
        c.BreaksHttp |= c.Method == "GET" && by.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E);
    }

    private void Long(FuzzCase c) => Set(c, new string('x', _random.Next(2, 60_000)));

    private void Twice(FuzzCase c)
    {
        var given = c.Parameters[Any(c)];
        c.Parameters.Add(_random.Next(2) == 0 ? given : (given.Name, "other"u8.ToArray()));
        c.Fatal = true;
    }

    private void TenThousand(FuzzCase c)
    {
        Whole(c);
        for (var i = 0; i < 10_000; i++) c.Parameters.Add((Encoding.ASCII.GetBytes(_random.Next(2) == 0 ? $"p{i}" : "p"), "1"u8.ToArray()));
        (c.Fatal, c.BreaksHttp) = (true, c.BreaksHttp || c.Method == "GET");
    }

    private void Set(FuzzCase c, string value)
    {
        var i = Any(c);
        c.Parameters[i] = (c.Parameters[i].Name, Escape(value));
        c.BreaksHttp |= c.Method == "GET" && value.Length > 5000;
    }

    private void DeepJson(FuzzCase c)
    {
        var open = _random.Next(2) == 0 ? "[" : "{\"a\":";
        var json = string.Concat(Enumerable.Repeat(open, _random.Next(50, c.Method == "GET" ? 300 : Deep)));
        Add(c, Pick(["claims", "authorization_details", "registration"]), json);
    }

    private void OddToken(FuzzCase c)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", _random.Next(1, c.Method == "GET" ? 300 : 3000)));
        string[] headers = ["""{"alg":"none"}""", """{"alg":"ES256"}""", """{"alg":"HS256","kid":"' or 1=1"}""", """{"alg":["ES256"]}""", """{"alg":"ES256","crit":["x"]}""", "null", "[]", "\"x\"", deep, "{\"alg\":\"ES256\",\"jwk\":" + deep, "\0", ""];
        string[] payloads = ["{}", "null", "[]", deep, """{"iss":"web","sub":"web","aud":"x","exp":99999999999}""", """{"sub":"a","sub":"b"}""", """{"exp":1e999}""", """{"aud":{}}""", "{\"sub\":\"\\u0000\"}", "{\"sub\":\"\\ud800\"}", ""];
        var token = string.Join('.', [Encode(Pick(headers)), Encode(Pick(payloads)), .. Enumerable.Repeat(Pick(["", "AAAA", new string('A', 86), "!"]), _random.Next(0, 3))]);
        if (_random.Next(3) == 0) c.Headers.Add((Pick(["DPoP", "Authorization"]), _random.Next(2) == 0 ? token : "Bearer " + token));
        else Add(c, Pick(["request", "client_assertion", "id_token_hint", "subject_token", "assertion", "token", "access_token"]), token);
        if (_random.Next(2) == 0) Add(c, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    }

    // Of a sign-in, a token, a clock.
    private void OddTime(FuzzCase c)
    {
        var time = Pick(["0", "-1", "253402300800", "9223372036854775807", "1e400", "-1e400", "\"now\"", "null", "{}", "1.5", "99999999999999999999"]);
        if (_random.Next(2) == 0) Add(c, "max_age", time);
        else Add(c, Pick(["client_assertion", "request", "id_token_hint"]), $"{Encode("""{"alg":"ES256"}""")}.{Encode($$"""{"iss":"web","exp":{{time}},"iat":{{time}},"nbf":{{time}}}""")}.{new string('A', 86)}");
    }

    private void Large(FuzzCase c, int length)
    {
        Whole(c);
        c.Method = "POST";
        var name = c.Parameters.Count > 0 ? c.Parameters[Any(c)].Name : "code"u8.ToArray();
        c.Parameters.RemoveAll(p => p.Name.AsSpan().SequenceEqual(name));
        c.Parameters.Add((name, Encoding.ASCII.GetBytes(new string('x', length))));
        (c.Fatal, c.BreaksHttp) = (true, c.BreaksHttp || length > Megabyte);
    }

    private void Remove(FuzzCase c) => c.Parameters.RemoveAt(Any(c));

    private void OddName(FuzzCase c)
    {
        var i = Any(c);
        var name = Encoding.ASCII.GetString(c.Parameters[i].Name);
        c.Parameters[i] = (Escape(Pick([name + "[]", name + "[a]", name.ToUpperInvariant(), " " + name, name + " ", "", name + ";x", "amp;" + name, "__proto__"])), c.Parameters[i].Value);
    }

    private void AnotherType(FuzzCase c)
    {
        c.Method = "POST";
        c.ContentType = Pick([null, "application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded-not", "application/xml", ";;;", "application/x-www-form-urlencoded, text/plain", "\u00FF"]);
        (c.Fatal, c.BreaksHttp) = (true, c.BreaksHttp || c.ContentType == "\u00FF");
    }

    private void AnotherMethod(FuzzCase c)
    {
        c.Method = Pick(["PUT", "DELETE", "PATCH", "TRACE", "FOO", "POSTS", "GETS"]);
        c.Fatal = true;
        c.BreaksHttp = true;
    }

    private void Credentials(FuzzCase c)
    {
        if (_random.Next(3) > 0) c.Headers.RemoveAll(h => h.Name == "Authorization");
        c.Headers.Add(("Authorization", Pick(["Basic", "Basic ", "Basic !!!", "Basic " + Convert.ToBase64String([0, 1, 2]), "Basic " + Convert.ToBase64String("web\0:x"u8), "Basic " + Convert.ToBase64String("web:%zz"u8),
            "Basic " + Convert.ToBase64String("web:%00"u8), "Basic " + Convert.ToBase64String([0xFF, (byte)':', 0xFE]), "Basic " + new string('A', 9000), "Bearer", "Bearer ", "Bearer a b", "Bearer \u00FF", "DPoP x", "Digest a=b", "\u00FF", ","])));
        c.BreaksHttp |= c.Headers[^1].Value.Contains('\u00FF');
    }

    private void OddHeader(FuzzCase c)
    {
        var (name, value) = Pick([("DPoP", "a.b.c"), ("DPoP", ""), ("DPoP", new string('[', 5000)), ("Cookie", "site-session=\u00FF; ; ="), ("Cookie", "aupd-school-form=" + new string('A', 3000)),
            ("Accept", "*/*;q=\u00FF"), ("Accept-Language", new string('r', 3000)), ("Host", "evil.example"), ("Host", ""), ("Host", "a b"), ("Origin", "null"), ("Content-Encoding", "gzip"), ("Expect", "100-continue"),
            ("If-None-Match", "\"" + new string('x', 2000) + "\""), ("X-Forwarded-For", "' or 1=1"), ("Range", "bytes=0-0,-1"), ("Upgrade", "websocket"), ("X-HTTP-Method-Override", "DELETE")]);
        c.Headers.Add((name, value));
        c.BreaksHttp |= name is "Host" or "Expect" or "Upgrade" || value.Contains('\u00FF');
    }

    private void HugeHeader(FuzzCase c)
    {
        if (_random.Next(2) == 0) c.Headers.Add(("X-Large", new string('x', 40_000)));
        else c.Headers.AddRange(Enumerable.Range(0, 300).Select(i => ($"X-{i}", "1")));
        (c.Fatal, c.BreaksHttp) = (true, true);
    }

    private void NoForm(FuzzCase c)
    {
        c.Method = "POST";
        c.Body = Pick<byte[]>([[], [0], [0xFF, 0xFE, 0x00], "&&&&==&=&"u8.ToArray(), "{\"grant_type\":\"authorization_code\"}"u8.ToArray(), "<xml/>"u8.ToArray(), Encoding.Unicode.GetBytes("grant_type=x"), [0x1F, 0x8B, 8, 0, 0, 0, 0, 0]]);
    }

    private void WrongLength(FuzzCase c)
    {
        c.Method = "POST";
        c.ClaimedLength = Pick([-1L, 0, 1, long.MaxValue]);
        (c.BreaksHttp, c.HangsUp) = (true, c.ClaimedLength > 1);
    }

    private void Chunked(FuzzCase c)
    {
        c.Method = "POST";
        c.Headers.Add(("Transfer-Encoding", Pick(["chunked", "chunked, chunked", "gzip"])));
        c.Body = Pick(["5\r\nab"u8.ToArray(), "zz\r\n"u8.ToArray(), "FFFFFFFFFFFF\r\n"u8.ToArray(), "0\r\n\r\n"u8.ToArray()]);
        (c.BreaksHttp, c.HangsUp) = (true, c.Body[0] != '0');
    }

    private void OddVersion(FuzzCase c) => (c.Version, c.BreaksHttp) = (Pick(["HTTP/1.0", "HTTP/9.9", "HTTP/2", ""]), true);

    private int Any(FuzzCase c)
    {
        Whole(c);
        if (c.Parameters.Count == 0) c.Parameters.Add(("state"u8.ToArray(), "s"u8.ToArray()));
        return _random.Next(c.Parameters.Count);
    }

    // Its parameters are sent again, all of them.
    private static void Whole(FuzzCase c) => (c.Body, c.ClaimedLength) = (null, null);

    private static void Add(FuzzCase c, string name, string value)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        Whole(c);
        c.Parameters.RemoveAll(p => p.Name.AsSpan().SequenceEqual(bytes));
        c.Parameters.Add((bytes, Escape(value)));
        c.BreaksHttp |= c.Method == "GET" && value.Length > 4000;
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static byte[] Escape(string text) => Encoding.ASCII.GetBytes(Uri.EscapeDataString(text));

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}
