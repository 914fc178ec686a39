using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Push;

namespace Aupd.OpenId.Authorize;

/// <summary>An authorization request on its way through the checks; each check fills in what it has understood.</summary>
internal sealed class AuthorizeRequest(RequestParameters parameters, DateTimeOffset askedAt)
{
    /// <summary>Those that count: of the pushed request if the browser brought its name alone.</summary>
    public RequestParameters Parameters { get; set; } = parameters;
    /// <summary>When the client first asked; prompt=login and max_age are counted from here, also after a page of the site.</summary>
    public DateTimeOffset AskedAt { get; } = askedAt;

    public OpenIdClient Client { get; set; } = null!;
    public string RedirectUri { get; set; } = "";
    public bool FormPost { get; set; }
    public string Challenge { get; set; } = "";
    public IReadOnlyList<string> Scopes { get; set; } = [];
    public IReadOnlyList<string> Prompts { get; set; } = [];
    public long? MaxAgeSeconds { get; set; }
    /// <summary>The one person that id_token_hint or claims name; nobody else gets a code.</summary>
    public string? SubjectHint { get; set; }
    /// <summary>Those that the claims parameter names for sub; null: anyone.</summary>
    public IReadOnlyList<string>? Subjects { get; set; }
    /// <summary>Resource servers that it names (RFC 8707); null: none.</summary>
    public string[]? Resources { get; set; }
    /// <summary>dpop_jkt: the key that must be proved when the code is redeemed; null: none.</summary>
    public string? KeyThumbprint { get; set; }
    /// <summary>The claims parameter as it is kept with the grant.</summary>
    public string? Claims { get; set; }
    /// <summary>Values of acr that it wishes, of those that the site knows; null: none.</summary>
    public IReadOnlyList<string>? ContextClasses { get; set; }
    /// <summary>One of them it must be, or the sign-in has failed (OpenID Connect Core §5.5.1.1).</summary>
    public bool MustMeetClass { get; set; }
    /// <summary>The pushed request that this one came from; null: it came by the browser.</summary>
    public PushedReference? Pushed { get; set; }

    public string? State => Parameters["state"];
    public bool Silent => Prompts.Contains("none");

    /// <summary>Consents given before this moment do not count; null: all do.</summary>
    public DateTimeOffset? ConsentAfter => Prompts.Contains("consent") ? AskedAt : null;

    /// <summary>The person must have proved who they are at or after this moment; null: any session will do.</summary>
    public DateTimeOffset? AuthenticatedAfter =>
        Prompts.Contains("login") ? AskedAt
        : MaxAgeSeconds is { } seconds ? AskedAt - TimeSpan.FromSeconds(seconds)
        : null;
}
