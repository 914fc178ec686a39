using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Consents;

/// <summary>Scopes in the words of people.</summary>
internal sealed class ScopeTexts
{
    /// <summary>Those that every provider has.</summary>
    public static IReadOnlyList<ScopeText> Standard { get; } =
    [
        new("openid", "что это вы, когда вы входите", "that it is you, when you sign in"),
        new("profile", "ваше имя", "your name"),
        new("email", "вашу электронную почту", "your e-mail address"),
        new("phone", "ваш телефон", "your phone number"),
        new("offline_access", "всё это и тогда, когда вы не в сервисе", "all of this also while you are not using the service"),
    ];

    private readonly Dictionary<string, ScopeText> _texts;

    public ScopeTexts(IEnumerable<ScopeText> ofSite)
    {
        _texts = Standard.ToDictionary(t => t.Scope);
        foreach (var text in ofSite) _texts[text.Scope] = text;
    }

    /// <summary>One without a text is shown by its name: nothing that is allowed may go unsaid.</summary>
    public ScopeText this[string scope] => _texts.GetValueOrDefault(scope) ?? new ScopeText(scope, $"данные «{scope}»", $"the data “{scope}”");

    /// <summary>Those of the client, in the order of its registration.</summary>
    public IReadOnlyList<ScopeText> Of(OpenIdClient client, IReadOnlyCollection<string> scopes) =>
        [.. client.Scopes.Where(scopes.Contains).Concat(scopes.Except(client.Scopes)).Select(s => this[s])];
}
