namespace Aupd.OpenId.Doors;

/// <summary>A way to have proved who one is, as services compare it: a value of <c>acr</c> (OpenID Connect Core §2).</summary>
/// <param name="Name">The value: a URI.</param>
/// <param name="IsMetBy">Whether these methods (<c>amr</c>) are of this class.</param>
public sealed record ContextClass(string Name, Func<IReadOnlyCollection<string>, bool> IsMetBy)
{
    /// <summary>A password, or what the site takes for one.</summary>
    public static ContextClass Password { get; } = new("urn:aupd:acr:password", methods => methods.Contains("pwd"));
    /// <summary>Two factors, or a passkey that has verified the person.</summary>
    public static ContextClass TwoFactor { get; } = new("urn:aupd:acr:two-factor", methods => methods.Contains("mfa"));
}

/// <summary>The classes that a site vouches for; it registers its own as a singleton.</summary>
/// <param name="weakestFirst">Whoever meets one meets all before it.</param>
public sealed class ContextClasses(params IReadOnlyList<ContextClass> weakestFirst)
{
    public IReadOnlyList<string> Names { get; } = [.. weakestFirst.Select(c => c.Name)];

    /// <summary>The strongest class of these methods; null when they are of none.</summary>
    public string? Of(IReadOnlyCollection<string> methods) => weakestFirst.LastOrDefault(c => c.IsMetBy(methods))?.Name;

    /// <summary>What an ID token says to a client with wishes: the class itself if it is one of them, else the strongest of them that it holds in it,
    /// else the class itself.</summary>
    /// <param name="wished">Null: none.</param>
    internal string? Said(IReadOnlyCollection<string> methods, IReadOnlyList<string>? wished)
    {
        var own = Of(methods);
        return own is null || wished is null || wished.Contains(own) ? own : Names.TakeWhile(n => n != own).LastOrDefault(wished.Contains) ?? own;
    }
}
